namespace MolEngine.Engine.Generation;

/// <summary>Tokens whose probability after others is asked for.</summary>
/// <param name="Context">At least one id: where there is no text before, what the tokenizer begins a text with.</param>
/// <param name="Tokens">The continuation: at least one id.</param>
public sealed record Continuation(ReadOnlyMemory<int> Context, ReadOnlyMemory<int> Tokens);
