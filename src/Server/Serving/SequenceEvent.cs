namespace MolEngine.Server.Serving;

/// <summary>What a request learns of one of its answers: a token, or its end.</summary>
/// <param name="Index">Of the answer among those of the request, from 0.</param>
public sealed record SequenceEvent(int Index, SequenceToken? Token, SequenceEnd? End);
