using System.Text;

namespace MolEngine.Data.Files;

/// <summary>
/// Plain text: a file is a record, or its paragraphs or lines are. CRLF is folded to LF; blank lines at the ends of a
/// record are no part of it.
/// </summary>
internal sealed class PlainTextFormat : FileFormat
{
    public override string Name => "text";

    public override IReadOnlyList<string> Extensions { get; } = [".txt", ".text", ".md", ".markdown"];

    public override string Content => "text";

    public override IEnumerable<FileOutcome> Read(CorpusContent content, ReadRequest request) => request.Split switch
    {
        TextSplit.Lines => Lines(content),
        TextSplit.BlankLines => Paragraphs(content),
        _ => Whole(content),
    };

    private static IEnumerable<FileOutcome> Whole(CorpusContent content)
    {
        while (content.Window.Grow(1))
        {
        }

        long offset = content.Window.Offset;
        FileOutcome outcome = Decode(
            content.Path, new FileSlice(content.Window.Take(content.Window.Span.Length), 1, offset));
        string text = outcome.Record is { } record ? WithoutBlankEnds(record.Text!.Replace("\r\n", "\n")) : "";
        if (outcome.Problem is not null)
            yield return outcome;
        else if (text.Length > 0)
            yield return new FileRecord(1) { Text = text };
    }

    private static IEnumerable<FileOutcome> Lines(CorpusContent content)
    {
        foreach (FileSlice line in LineReader.Read(content.Window))
        {
            if (!LineReader.IsBlank(line.Bytes.Span))
                yield return Decode(content.Path, line);
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
            FileOutcome outcome = Decode(content.Path, line);
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
            ? new FileRecord(first.Record!.Line) { Text = text.ToString() }
            : first;
    }

    private static FileOutcome Decode(string path, FileSlice slice)
    {
        try
        {
            return new FileRecord(slice.Line) { Text = Utf8Text.Decode(path, slice) };
        }
        catch (BadRecordException problem)
        {
            return problem;
        }
    }

    private static string WithoutBlankEnds(string text)
    {
        int first = text.AsSpan().IndexOfAnyExcept(" \t\n");
        if (first < 0)
            return "";
        int last = text.AsSpan().LastIndexOfAnyExcept(" \t\n");
        int end = text.IndexOf('\n', last);
        return text[(text.LastIndexOf('\n', first) + 1)..(end < 0 ? text.Length : end)];
    }
}
