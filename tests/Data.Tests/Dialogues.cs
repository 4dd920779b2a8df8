using MolEngine.Engine.Chat;

namespace MolEngine.Data.Tests;

/// <summary>Dialogues as a model without a chat template has them.</summary>
internal static class Dialogues
{
    /// <summary>Writes ChatML.</summary>
    public static DocumentWriter Writer { get; } = new(ChatTemplates.ChatMl);
}
