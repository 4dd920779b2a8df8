namespace MolEngine.Data.Records;

/// <summary>A text with {field} in it, and who says it.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>; null: the text is the document.</param>
public sealed record TemplateTurn(string? Role, string Text);

/// <summary>How a config writes a document from the fields of a record: as one text, or as turns of a dialogue.
/// </summary>
public sealed record TemplateSettings(IReadOnlyList<TemplateTurn> Turns)
{
    public static implicit operator TemplateSettings(string text) => new([new TemplateTurn(null, text)]);

    public bool Equals(TemplateSettings? other) => other is not null && Turns.SequenceEqual(other.Turns);

    public override int GetHashCode() => Turns.Aggregate(0, HashCode.Combine);
}
