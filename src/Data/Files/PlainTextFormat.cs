using System.Text;

namespace MolEngine.Data.Files;

/// <summary>
/// Plain text: a file is a record, or its paragraphs, lines or pieces are. CRLF is folded to LF; blank lines at the
/// ends of a record are no part of it.
/// </summary>
internal sealed class PlainTextFormat : FileFormat
{
    public override string Name => FileFormats.Text;

    public override IReadOnlyList<string> Extensions { get; } = [".txt", ".text", ".md", ".markdown"];

    public override string Content => "text";

    protected override IEnumerable<FileOutcome> Outcomes(CorpusContent content, ReadOptions options) =>
        options.Split switch
        {
            TextSplit.Lines => Lines(content),
            TextSplit.BlankLines => Paragraphs(content),
            TextSplit.Tokens => Pieces(
                content, options.Limit ?? throw new InvalidOperationException("A split by tokens needs their limit.")),
            _ => Whole(content),
        };

    /// <summary>A text without the blank lines at its ends; "" where it has no other.</summary>
    public static string WithoutBlankEnds(string text)
    {
        int first = text.AsSpan().IndexOfAnyExcept(" \t\n");
        if (first < 0)
            return "";
        int last = text.AsSpan().LastIndexOfAnyExcept(" \t\n");
        int end = text.IndexOf('\n', last);
        return text[(text.LastIndexOf('\n', first) + 1)..(end < 0 ? text.Length : end)];
    }

    private static IEnumerable<FileOutcome> Whole(CorpusContent content)
    {
        while (content.Window.Grow(1))
        {
        }

        long offset = content.Window.Offset;
        FileOutcome outcome = Decode(
            content, new FileSlice(content.Window.Take(content.Window.Span.Length), 1, offset));
        string text = outcome.Record is { } record ? WithoutBlankEnds(record.Text!.Replace("\r\n", "\n")) : "";
        if (outcome.Problem is not null)
            yield return outcome;
        else if (text.Length > 0)
            yield return Record(content, 1, text);
    }

    private static IEnumerable<FileOutcome> Lines(CorpusContent content)
    {
        foreach (FileSlice line in LineReader.Read(content.Window))
        {
            if (!LineReader.IsBlank(line.Bytes.Span))
                yield return Decode(content, line);
        }
    }

    private static IEnumerable<FileOutcome> Paragraphs(CorpusContent content)
    {
        var text = new StringBuilder();
        FileOutcome first = default;
        foreach (FileSlice line in LineReader.Read(content.Window))
        {
            if (LineReader.IsBlank(line.Bytes.Span))
            {
                if (first != default)
                    yield return Joined();
                first = default;
                continue;
            }

            // A paragraph with a bad line is a bad record, told once.
            FileOutcome outcome = Decode(content, line);
            if (first == default)
                text.Clear();
            else if (first.Problem is null)
                text.Append('\n');
            if (first == default || (first.Problem is null && outcome.Problem is not null))
                first = outcome;
            text.Append(outcome.Record?.Text);
        }

        if (first != default)
            yield return Joined();

        FileOutcome Joined() => first.Problem is null
            ? Record(content, first.Record!.Place.Line, text.ToString())
            : first;
    }

    /// <summary>A bad line ends the piece before it, and is told.</summary>
    private static IEnumerable<FileOutcome> Pieces(CorpusContent content, TextLimit limit)
    {
        var pieces = new TextPieces(limit);
        foreach (FileSlice line in LineReader.Read(content.Window))
        {
            FileOutcome outcome = Decode(content, line);
            foreach ((string text, long at) in outcome.Record is { } record
                ? pieces.Add(record.Text!, line.Line) : pieces.Finish())
                yield return Record(content, at, text);
            if (outcome.Problem is not null)
                yield return outcome;
        }

        foreach ((string text, long at) in pieces.Finish())
            yield return Record(content, at, text);
    }

    private static FileRecord Record(CorpusContent content, long line, string text) =>
        new(new RecordPlace(content.Path, line), text);

    private static FileOutcome Decode(CorpusContent content, FileSlice slice)
    {
        try
        {
            return Record(content, slice.Line, Utf8Text.Decode(content, slice));
        }
        catch (BadRecordException problem)
        {
            return problem;
        }
    }
}
