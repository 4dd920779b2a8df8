namespace MolEngine.Data.Records;

/// <summary>How many records of a corpus were read as a shape.</summary>
/// <param name="Name">As configs call it; "plain text" of records without fields.</param>
public sealed record ShapeCount(string Name, long Records)
{
    /// <summary>What records without fields are called.</summary>
    public const string PlainText = "plain text";

    /// <summary>All shapes with fields of usual names, as configs call them.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Enum.GetValues<ShapeName>().Where(s => s is not (ShapeName.Auto or ShapeName.Template))
            .Select(ReadingSummary.NameOf),
    ];

    /// <summary>The shapes of a corpus, the most frequent first.</summary>
    public static IReadOnlyList<ShapeCount> Of(ReadingSummary summary)
    {
        var plain = new ShapeCount(PlainText, summary.Records - summary.Shapes.Values.Sum());
        return
        [
            .. summary.Shapes.Select(s => new ShapeCount(ReadingSummary.NameOf(s.Key), s.Value)).Append(plain)
                .Where(s => s.Records > 0).OrderByDescending(s => s.Records)
                .ThenBy(s => s.Name, StringComparer.Ordinal),
        ];
    }
}
