namespace MolEngine.Data;

/// <summary>Records that fitted nothing and were left out.</summary>
/// <param name="Count">All of them.</param>
/// <param name="First">The first of them, as "file:line: what is wrong".</param>
public sealed record SkippedRecords(long Count, IReadOnlyList<string> First)
{
    /// <summary>Records that are named; the others are only counted.</summary>
    public const int Named = 20;

    public static readonly SkippedRecords None = new(0, []);
}
