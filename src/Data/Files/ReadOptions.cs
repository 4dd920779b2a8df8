namespace MolEngine.Data.Files;

/// <summary>How texts without fields are divided into records.</summary>
/// <param name="Limit">Of a piece, where <paramref name="Split"/> is by tokens; else null.</param>
/// <param name="Columns">Names of a table's columns whose first row is none of names; null: the first row has them.
/// </param>
internal readonly record struct ReadOptions(
    TextSplit Split, TextLimit? Limit = null, IReadOnlyList<string>? Columns = null);
