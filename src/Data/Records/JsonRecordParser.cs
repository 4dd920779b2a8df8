using System.Text;
using System.Text.Json;
using MolEngine.Data.Files;

namespace MolEngine.Data.Records;

/// <summary>From a JSON object to a record. Keys that no shape takes are skipped, however deep or large.</summary>
internal sealed class JsonRecordParser
{
    /// <summary>Keys that an error names at most.</summary>
    private const int KeysShown = 8;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    private readonly string _path;
    private readonly PairStyle _pairs;
    private readonly RecordTemplate? _template;
    private readonly IReadOnlyList<RecordShape> _shapes;
    private readonly string[] _keys;
    private readonly byte[][] _keyBytes;
    private readonly string? _messagesKey;

    /// <param name="path">What errors call the file.</param>
    public JsonRecordParser(string path, CorpusSettings corpus)
    {
        _path = path;
        _pairs = corpus.Pairs;
        _template = corpus.Template is null ? null : new RecordTemplate(corpus.Template);
        _shapes = RecordShape.Of(corpus, _template);
        _keys = [.. _shapes.SelectMany(s => s.Fields).Distinct()];
        _keyBytes = [.. _keys.Select(Encoding.UTF8.GetBytes)];
        _messagesKey = _shapes.FirstOrDefault(s => s.Kind == ShapeKind.Messages)?.Fields[0];
    }

    /// <summary>The record of an object's bytes.</summary>
    /// <exception cref="BadRecordException">They are not UTF-8, not one JSON object, or fit no shape.</exception>
    public CorpusRecord Parse(FileSlice slice)
    {
        Utf8Text.Require(_path, slice);
        var json = new Utf8JsonReader(slice.Bytes.Span, Options);
        try
        {
            return Parse(ref json, slice);
        }
        catch (JsonException e)
        {
            ReadOnlySpan<byte> bytes = slice.Bytes.Span;
            long lines = e.LineNumber ?? 0;
            int lineStart = 0;
            for (long i = 0; i < lines; i++)
                lineStart += bytes[lineStart..].IndexOf((byte)'\n') + 1;
            long at = slice.Offset + lineStart + (e.BytePositionInLine ?? 0);
            string reason = e.Message.Split(" LineNumber:")[0].Split(" Path:")[0];
            throw new BadRecordException(
                _path, slice.Line + lines,
                $"record: expected one JSON object on the line, got an error at byte {at} of the file: {reason}");
        }
    }

    private CorpusRecord Parse(ref Utf8JsonReader json, FileSlice slice)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            string got = FieldValue.Kind(json.TokenType);
            throw Wrong(slice, "record", $"expected an object {{{Example()}: ...}}, got {got}");
        }

        var values = new FieldValue[_keys.Length];
        var others = new List<string>();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            int key = KeyOf(ref json);
            if (key < 0 && others.Count < KeysShown)
                others.Add(Encoding.UTF8.GetString(json.ValueSpan));
            json.Read();
            if (key < 0)
                json.Skip();
            else
                values[key] = Value(ref json, slice.Offset, _keys[key]);
        }

        // Anything after the object is an error that the reader itself finds.
        json.Read();
        RecordShape shape = Choose(values)
            ?? throw Wrong(slice, "record", $"expected {Expected()}, got {Got(values, others)}");
        FieldValue[] fields = [.. shape.Fields.Select(f => values[Array.IndexOf(_keys, f)])];
        int bad = Array.FindIndex(fields, f => f.Problem is not null);
        if (bad >= 0)
            throw Wrong(slice, shape.Fields[bad] + fields[bad].ProblemField, fields[bad].Problem!);
        return Record(shape, fields, slice.Line);
    }

    private FieldValue Value(ref Utf8JsonReader json, long offset, string key) =>
        FieldValue.Read(ref json, offset, asMessages: key == _messagesKey, numbersToo: _template is not null);

    private int KeyOf(ref Utf8JsonReader json)
    {
        for (int i = 0; i < _keyBytes.Length; i++)
        {
            if (json.ValueTextEquals(_keyBytes[i]))
                return i;
        }

        return -1;
    }

    /// <summary>
    /// The first shape whose fields are all there; one with a null only where no other fits, so that a table's empty
    /// columns do not hide what it holds.
    /// </summary>
    private RecordShape? Choose(FieldValue[] values)
    {
        bool Has(RecordShape shape, bool nullToo) => shape.Fields.All(f =>
            values[Array.IndexOf(_keys, f)] is var value && value.IsThere && (nullToo || !value.IsNull));
        return _shapes.FirstOrDefault(s => Has(s, nullToo: false))
            ?? _shapes.FirstOrDefault(s => Has(s, nullToo: true));
    }

    private CorpusRecord Record(RecordShape shape, FieldValue[] fields, long line)
    {
        string first = fields[0].Text ?? "";
        return shape.Kind switch
        {
            ShapeKind.Messages => Chat(fields[0].Messages!, line),
            ShapeKind.Text => new(first, null, line),
            ShapeKind.Template => Filled(_template!, [.. fields.Select(f => f.Text!)], line),
            _ when _pairs == PairStyle.Chat => Chat([new("user", first), new("assistant", fields[1].Text!)], line),
            ShapeKind.PromptCompletion => Pair(first, fields[1].Text!, line),
            _ => Pair(first + "\n", fields[1].Text!, line),
        };
    }

    private static CorpusRecord Pair(string prompt, string answer, long line) =>
        new(prompt + answer, null, line) { Answer = prompt.Length.. };

    private static CorpusRecord Chat(IReadOnlyList<ChatMessage> messages, long line) =>
        new(null, messages, line)
        {
            Answer = messages[^1].Role == "assistant" ? ChatMl.LastContent(messages) : null,
        };

    private static CorpusRecord Filled(RecordTemplate template, IReadOnlyList<string> values, long line) =>
        new(template.Render(values), null, line) { Answer = template.LastValue(values) };

    /// <summary>Of an object, for errors.</summary>
    private string Example() => _shapes.FirstOrDefault(s => s.Kind == ShapeKind.Text) is { } text
        ? text.ToString()
        : $"\"{_shapes[0].Fields[0]}\"";

    private string Expected() => _shapes.Count == 1
        ? $"{(_shapes[0].Fields.Count == 1 ? "a key" : "the keys")} {_shapes[0]}"
        : $"the keys of one of these: {string.Join("; ", _shapes)}";

    private string Got(FieldValue[] values, List<string> others)
    {
        string[] keys = [.. _keys.Where((_, i) => values[i].IsThere), .. others];
        string got = keys.Length == 0
            ? "an object without keys"
            : $"the keys {string.Join(", ", keys.Take(KeysShown))}";
        return _shapes.Count == 1 ? got : $"{got}. Name yours in the corpus's fields or template";
    }

    private BadRecordException Wrong(FileSlice slice, string what, string detail) =>
        new(_path, slice.Line, $"{what}: {detail}");
}
