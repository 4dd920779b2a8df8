namespace MolEngine.Data.Files;

/// <summary>How texts without fields are divided into records.</summary>
/// <param name="Limit">Of a piece, where <paramref name="Split"/> is by tokens; else null.</param>
internal readonly record struct ReadOptions(TextSplit Split, TextLimit? Limit = null);
