using System.Text;
using CsvHelper;
using MolEngine.Basics.Text;
using MolEngine.Basics.Values;

namespace MolEngine.Data.Files;

/// <summary>
/// A table as text, RFC 4180: the first row names the columns, where who reads it does not; a row is a record. In
/// tab-separated files a quote that does not begin a field is a character.
/// </summary>
/// <param name="separator">Between fields; null: the one of comma, semicolon, tab and bar that the first line has
/// most of.</param>
internal sealed class CsvFormat(string name, IReadOnlyList<string> extensions, char? separator) : FileFormat
{
    private const int NamesShown = 8;

    private static readonly char[] Separators = [',', ';', '\t', '|'];

    public override string Name => name;

    public override IReadOnlyList<string> Extensions { get; } = extensions;

    public override string Content => "a row of names and rows of values";

    protected override IEnumerable<FileOutcome> Outcomes(CorpusContent content, ReadOptions options)
    {
        char between = separator ?? (options.Columns is null ? SeparatorOf(content.Head.Span) : ',');
        CsvMalformedRecord malformed = default;
        CsvReaderOptions how = new()
        {
            Separator = between,
            HasHeader = false,
            TrackLineNumbers = true,
            SkipEmptyLines = true,
            MalformedData = CsvMalformedDataHandling.Recover,
            MaxRecordSize = content.LongestRecord,
            Encoding = Encoding.UTF8,
            OnMalformedRecord = m => malformed = m,
        };
        using CsvReader csv = CsvReader.Create(content.Bytes, how, leaveOpen: true);
        string[]? names = options.Columns is null ? null : [.. options.Columns];
        bool isFirst = true;
        while (Read(csv, content))
        {
            bool repeatsNames = isFirst && names is not null && IsRow(csv, names);
            isFirst = false;
            if (repeatsNames)
                continue;
            var place = new CsvPlace(content, csv, names ?? []);
            BadRecordException? problem = Problem(csv, content, malformed, between);
            malformed = default;
            if (names is null)
                names = problem is null ? Names(csv, place) : throw problem;
            else if (problem is null && csv.FieldCount != names.Length)
                yield return place.Problem("record", Miscounted(csv, names, content));
            else
                yield return problem is null ? Record(csv, names, place) : problem;
        }
    }

    private static FileOutcome Record(CsvReader csv, string[] names, RecordPlace place)
    {
        var fields = new KeyValuePair<string, DataValue>[names.Length];
        for (int i = 0; i < fields.Length; i++)
            fields[i] = new(names[i], new TextValue(csv.GetString(i)));
        return new FileRecord(place, new MapValue(fields));
    }

    /// <summary>Whether the row is that of the names: a table that was given them has it all the same.</summary>
    private static bool IsRow(CsvReader csv, string[] names) => csv.FieldCount == names.Length
        && names.Select((n, i) => n.Equals(csv.GetString(i).Trim(), StringComparison.OrdinalIgnoreCase)).All(x => x);

    private static bool Read(CsvReader csv, CorpusContent content)
    {
        try
        {
            return csv.Read();
        }
        catch (CsvFormatException e)
        {
            throw new BadRecordException(
                content.Path, e.LineNumber,
                $"{ByteWindow.TooLong(content.LongestRecord)}. Is a quote not closed?");
        }
    }

    /// <summary>What is wrong with the row that the reader stands on; null where nothing is.</summary>
    private static BadRecordException? Problem(
        CsvReader csv, CorpusContent content, CsvMalformedRecord malformed, char separator)
    {
        var slice = new FileSlice(csv.RawRecord.ToArray(), csv.LineNumber, csv.ByteOffset + content.FirstByte);
        try
        {
            Utf8Text.RequireText(content, slice);
        }
        catch (BadRecordException problem)
        {
            return problem;
        }

        bool found = malformed.LineNumber > 0;
        return !found || (malformed.Reason == CsvMalformedReason.StrayQuote && separator == '\t') ? null
            : malformed.Reason switch
            {
                CsvMalformedReason.UnterminatedQuote => At(
                    slice.Bytes.Length - csv.GetRawSpan(csv.FieldCount - 1).Length,
                    "the quote that opens a field closed by another", "the end of the file"),
                CsvMalformedReason.TextAfterClosingQuote => At(
                    malformed.ByteOffset - csv.ByteOffset, "nothing between a closing quote and the end of its field",
                    "more text (a quote within a quoted field is written twice)"),
                _ => At(
                    malformed.ByteOffset - csv.ByteOffset, "quotes around a whole field",
                    "a quote in the middle of one. Quote the field, and write the quote twice"),
            };

        BadRecordException At(long at, string expected, string got) => new(
            content.Path, slice.Line + slice.Bytes.Span[..(int)at].Count((byte)'\n'),
            $"record: expected {expected}, got {got}, {content.Place(slice.Offset + at)}");
    }

    private static string[] Names(CsvReader csv, RecordPlace place)
    {
        string[] names =
        [
            .. Enumerable.Range(0, csv.FieldCount)
                .Select(i => csv.GetString(i) is { Length: > 0 } given ? given : $"column {i + 1}"),
        ];
        string? twice = names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1)?.Key;
        return twice is null
            ? names
            : throw place.Problem(
                "names of columns", $"expected each once in the first row, got \"{twice}\" twice. If the first row is "
                    + "data, put a row of names before it");
    }

    private static string Miscounted(CsvReader csv, string[] names, CorpusContent content)
    {
        string more = names.Length > NamesShown ? ", ..." : "";
        return $"expected {Counts.Of(names.Length, "column")} ({string.Join(", ", names.Take(NamesShown))}{more}), got "
            + $"{Counts.Of(csv.FieldCount, "column")} {content.Place(csv.ByteOffset + content.FirstByte)}";
    }

    /// <summary>The separator that the first line has most of outside quotes; a comma where it has none.</summary>
    private static char SeparatorOf(ReadOnlySpan<byte> head)
    {
        Span<int> counts = stackalloc int[Separators.Length];
        counts.Clear();
        bool quoted = false;
        foreach (byte b in head)
        {
            if (b == '\n' && !quoted)
                break;
            quoted ^= b == '"';
            int found = quoted ? -1 : Array.IndexOf(Separators, (char)b);
            if (found >= 0)
                counts[found]++;
        }

        int best = 0;
        for (int i = 1; i < counts.Length; i++)
            best = counts[i] > counts[best] ? i : best;
        return Separators[best];
    }

    private sealed class CsvPlace(CorpusContent content, CsvReader csv, string[] names)
        : RecordPlace(content.Path, csv.LineNumber)
    {
        public override string? Of(ValuePath path)
        {
            int column = path.Steps.Count == 1 ? Array.IndexOf(names, path.Steps[0].Name) : -1;
            return column < 0 ? null : $"in column {column + 1}";
        }
    }
}
