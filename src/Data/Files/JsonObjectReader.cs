using System.Text;
using System.Text.Json;

namespace MolEngine.Data.Files;

/// <summary>The fields of a JSON object. Keys that are not asked for are skipped, however deep or large.</summary>
internal sealed class JsonObjectReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    private readonly string _path;
    private readonly ReadRequest _request;
    private readonly byte[][] _keys;

    /// <param name="path">What errors call the file.</param>
    public JsonObjectReader(string path, ReadRequest request)
    {
        _path = path;
        _request = request;
        _keys = [.. request.Fields.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>The record of an object's bytes.</summary>
    /// <exception cref="BadRecordException">They are not UTF-8, or not one JSON object.</exception>
    public FileRecord Read(FileSlice slice)
    {
        Utf8Text.Require(_path, slice);
        var json = new Utf8JsonReader(slice.Bytes.Span, Options);
        try
        {
            return Read(ref json, slice);
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

    private FileRecord Read(ref Utf8JsonReader json, FileSlice slice)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            string got = JsonFieldReader.Kind(json.TokenType);
            throw new BadRecordException(
                _path, slice.Line, $"record: expected an object {{{_request.Example}: ...}}, got {got}");
        }

        var values = new FieldValue[_keys.Length];
        var others = new List<string>();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            int key = KeyOf(ref json);
            if (key < 0 && others.Count < FileRecord.MostOthers)
                others.Add(Encoding.UTF8.GetString(json.ValueSpan));
            json.Read();
            if (key < 0)
                json.Skip();
            else
                values[key] = Value(ref json, slice.Offset, _request.Fields[key]);
        }

        // Anything after the object is an error that the reader itself finds.
        json.Read();
        return new FileRecord(slice.Line) { Fields = values, Others = others };
    }

    private FieldValue Value(ref Utf8JsonReader json, long offset, string key) =>
        JsonFieldReader.Read(ref json, offset, key == _request.Messages, _request.NumbersToo);

    private int KeyOf(ref Utf8JsonReader json)
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            if (json.ValueTextEquals(_keys[i]))
                return i;
        }

        return -1;
    }
}
