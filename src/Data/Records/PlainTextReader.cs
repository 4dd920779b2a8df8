using System.Text;
using MolEngine.Data.Files;

namespace MolEngine.Data.Records;

/// <summary>
/// Plain text: a file is a record, or its paragraphs or lines are. CRLF is folded to LF; blank lines at the ends of a
/// record are no part of it.
/// </summary>
internal static class PlainTextReader
{
    public static IEnumerable<ReadOutcome> Read(CorpusContent content, TextSplit split) => split switch
    {
        TextSplit.Lines => Lines(content),
        TextSplit.BlankLines => Paragraphs(content),
        _ => Whole(content),
    };

    private static IEnumerable<ReadOutcome> Whole(CorpusContent content)
    {
        while (content.Window.Grow(1))
        {
        }

        long offset = content.Window.Offset;
        ReadOutcome outcome = Decode(
            content.Path, new FileSlice(content.Window.Take(content.Window.Span.Length), 1, offset));
        string text = outcome.Record is { } record ? WithoutBlankEnds(record.Text!.Replace("\r\n", "\n")) : "";
        if (outcome.Problem is not null)
            yield return outcome;
        else if (text.Length > 0)
            yield return new CorpusRecord(text, null, 1);
    }

    private static IEnumerable<ReadOutcome> Lines(CorpusContent content)
    {
        foreach (FileSlice line in LineReader.Read(content.Window))
        {
            if (!LineReader.IsBlank(line.Bytes.Span))
                yield return Decode(content.Path, line);
        }
    }

    private static IEnumerable<ReadOutcome> Paragraphs(CorpusContent content)
    {
        var text = new StringBuilder();
        ReadOutcome first = default;
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
            ReadOutcome outcome = Decode(content.Path, line);
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

        ReadOutcome Joined() => first.Problem is null
            ? new CorpusRecord(text.ToString(), null, first.Record!.Line)
            : first;
    }

    private static ReadOutcome Decode(string path, FileSlice slice)
    {
        try
        {
            return new CorpusRecord(Utf8Text.Decode(path, slice), null, slice.Line);
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
