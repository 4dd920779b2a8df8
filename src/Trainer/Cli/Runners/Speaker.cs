using MolEngine.Engine.Chat;
using MolEngine.Engine.Models.Common;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>One of those who answer in a chat, with the dialogue as it went with him.</summary>
internal sealed class Speaker(string name, TransformerWeights weights)
{
    public string Name => name;

    public TransformerWeights Weights => weights;

    /// <summary>What was said so far, the system's message included.</summary>
    public List<ChatMessage> Messages { get; } = [];
}
