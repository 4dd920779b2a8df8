using MolEngine.Data.Files;

namespace MolEngine.Data.Records.Shapes;

/// <summary>A shape that a record may have: which fields it takes, and what they mean.</summary>
internal abstract class RecordShape
{
    public abstract ShapeName Name { get; }

    /// <summary>Fields that must be there.</summary>
    public abstract IReadOnlyList<Field> Required { get; }

    /// <summary>How well it fits a record.</summary>
    public virtual ShapeFit Fit(RecordFields record) => record.Fit(Required);

    /// <summary>What a record means that the shape fits.</summary>
    /// <exception cref="BadRecordException">A field of it cannot be used.</exception>
    public abstract CorpusRecord Read(RecordFields record);

    /// <summary>The shape as errors show it: "prompt" and "completion".</summary>
    public override string ToString() => Joined(Required);

    /// <summary>"a", "b" and "c".</summary>
    public static string Joined(IReadOnlyList<Field> fields) => fields.Count < 2
        ? string.Concat(fields)
        : $"{string.Join(", ", fields.SkipLast(1))} and {fields[^1]}";
}

/// <summary>A text as it is.</summary>
internal sealed class TextShape(Field text) : RecordShape
{
    public override ShapeName Name => ShapeName.Text;

    public override IReadOnlyList<Field> Required { get; } = [text];

    public override CorpusRecord Read(RecordFields record) => new(record.Text(text), null, record.Line);
}
