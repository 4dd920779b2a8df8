using MolEngine.Data.Files;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records;

/// <summary>From the fields of a record to what it means, whatever format the fields came from.</summary>
internal sealed class RecordShapes
{
    /// <summary>Fields that an error names at most.</summary>
    private const int FieldsShown = FileRecord.MostOthers;

    private readonly PairStyle _pairs;
    private readonly RecordTemplate? _template;
    private readonly IReadOnlyList<RecordShape> _shapes;
    private readonly string[] _names;

    public RecordShapes(CorpusSettings corpus)
    {
        _pairs = corpus.Pairs;
        _template = corpus.Template is null ? null : new RecordTemplate(corpus.Template);
        _shapes = RecordShape.Of(corpus, _template);
        _names = [.. _shapes.SelectMany(s => s.Fields).Distinct()];
        RecordShape shown = _shapes.FirstOrDefault(s => s.Kind == ShapeKind.Text)
            ?? _shapes[0] with { Fields = [_shapes[0].Fields[0]] };
        Request = new ReadRequest(
            _names, _shapes.FirstOrDefault(s => s.Kind == ShapeKind.Messages)?.Fields[0],
            NumbersToo: _template is not null, shown.ToString(), corpus.Split);
    }

    /// <summary>What a file's format is asked to read.</summary>
    public ReadRequest Request { get; }

    /// <summary>What a record means. A text without fields is a document as it stands.</summary>
    /// <param name="path">What errors call the file.</param>
    /// <exception cref="BadRecordException">Its fields fit no shape, or one of them cannot be used.</exception>
    public CorpusRecord Record(FileRecord record, string path)
    {
        if (record.Text is { } text)
            return new CorpusRecord(text, null, record.Line);
        RecordShape shape = Choose(record.Fields)
            ?? throw Wrong("record", $"expected {Expected()}, got {Got(record)}");
        FieldValue[] fields = [.. shape.Fields.Select(f => record.Fields[Array.IndexOf(_names, f)])];
        int bad = Array.FindIndex(fields, f => f.Problem is not null);
        if (bad >= 0)
            throw Wrong(shape.Fields[bad] + fields[bad].ProblemField, fields[bad].Problem!);
        return Record(shape, fields, record.Line);

        BadRecordException Wrong(string what, string detail) => new(path, record.Line, $"{what}: {detail}");
    }

    /// <summary>
    /// The first shape whose fields are all there; one with a null only where no other fits, so that a table's empty
    /// columns do not hide what it holds.
    /// </summary>
    private RecordShape? Choose(IReadOnlyList<FieldValue> values)
    {
        bool Has(RecordShape shape, bool nullToo) => shape.Fields.All(f =>
            values[Array.IndexOf(_names, f)] is var value && value.IsThere && (nullToo || !value.IsNull));
        return _shapes.FirstOrDefault(s => Has(s, nullToo: false))
            ?? _shapes.FirstOrDefault(s => Has(s, nullToo: true));
    }

    private CorpusRecord Record(RecordShape shape, FieldValue[] fields, long line)
    {
        string first = fields[0].Text ?? "";
        return shape.Kind switch
        {
            ShapeKind.Messages => new(null, fields[0].Messages!, line),
            ShapeKind.Text => new(first, null, line),
            ShapeKind.Template => Filled(_template!, [.. fields.Select(f => f.Text!)], line),
            _ when _pairs == PairStyle.Chat =>
                new(null, [new ChatMessage("user", first), new("assistant", fields[1].Text!)], line),
            ShapeKind.PromptCompletion => Pair(first, fields[1].Text!, line),
            _ => Pair(first + "\n", fields[1].Text!, line),
        };
    }

    private static CorpusRecord Pair(string prompt, string answer, long line) =>
        new(prompt + answer, null, line) { Answer = prompt.Length.. };

    private static CorpusRecord Filled(RecordTemplate template, IReadOnlyList<string> values, long line) =>
        new(template.Render(values), null, line) { Answer = template.LastValue(values) };

    private string Expected() => _shapes.Count == 1
        ? $"{(_shapes[0].Fields.Count == 1 ? "a key" : "the keys")} {_shapes[0]}"
        : $"the keys of one of these: {string.Join("; ", _shapes)}";

    private string Got(FileRecord record)
    {
        string[] names = [.. _names.Where((_, i) => record.Fields[i].IsThere), .. record.Others];
        string got = names.Length == 0
            ? "an object without keys"
            : $"the keys {string.Join(", ", names.Take(FieldsShown))}";
        return _shapes.Count == 1 ? got : $"{got}. Name yours in the corpus's fields or template";
    }
}
