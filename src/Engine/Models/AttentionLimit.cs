using MolEngine.Basics;

namespace MolEngine.Engine.Models;

/// <summary>
/// How many tokens a context may have for the engine's attention, over all of them, to be the model's: beyond, the
/// model's own attention would leave some out or move them.
/// </summary>
/// <param name="Where">The config's file.</param>
/// <param name="Key">The key that says so, for instance <c>sliding_window</c>.</param>
public sealed record AttentionLimit(string Where, string Key, int Tokens)
{
    /// <exception cref="UserException">The context is longer.</exception>
    public void Require(int context)
    {
        if (context > Tokens)
        {
            throw new UserException(
                $"{Where}: key {Key}: this model's attention is another beyond {Tokens} tokens, which the engine does "
                + $"not compute: expected a context of at most {Tokens} tokens, got {context}. Choose a shorter "
                + "context, or another model.");
        }
    }
}
