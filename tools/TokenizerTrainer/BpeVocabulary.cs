namespace MolEngine.TokenizerTrainer;

/// <summary>What byte pair encoding has learned.</summary>
/// <param name="Tokens">Their bytes, a character for each: first the 256 bytes, then what merges made.</param>
/// <param name="Merges">Pairs of token numbers, the first learned first. Two merges may make the same token.</param>
internal sealed record BpeVocabulary(IReadOnlyList<string> Tokens, IReadOnlyList<(int Left, int Right)> Merges);
