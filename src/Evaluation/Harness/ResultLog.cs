using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Harness;

/// <summary>
/// The scored answers of a task as JSON lines, written as they come: what is in it when the program dies is not
/// computed again. Its first line says what they belong to. A last line that was cut off as it was written is taken
/// off.
/// </summary>
public sealed class ResultLog : IDisposable
{
    private const string IdentityName = "identity";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Dictionary<ItemKey, IReadOnlyList<Observation>> _scores = [];

    /// <param name="identity">What the answers depend on: names with values.</param>
    /// <exception cref="UserException">The file has answers of another evaluation: names what differs.</exception>
    /// <exception cref="FileWriteException">The disk does not take it.</exception>
    public ResultLog(string path, IReadOnlyDictionary<string, string> identity)
    {
        Path = path;
        long whole = 0;
        if (File.Exists(path))
            whole = ReadWhole(identity);
        FileStream? file = null;
        DurableFiles.Guarded(path, () =>
        {
            DurableFile.MakeFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
            file.SetLength(whole);
            file.Seek(0, SeekOrigin.End);
            DurableFile.SyncFolder(System.IO.Path.GetDirectoryName(file.Name)!);
        });
        _file = file!;
        Found = _scores.Count;
        if (whole == 0)
        {
            var names = new JsonObject([.. identity.Select(i => KeyValuePair.Create<string, JsonNode?>(
                i.Key, JsonValue.Create(i.Value)))]);
            Write(new JsonObject { [IdentityName] = names });
        }
    }

    public string Path { get; }

    /// <summary>Answers that were there already.</summary>
    public int Found { get; }

    /// <summary>What each answer adds to the scores.</summary>
    public IReadOnlyDictionary<ItemKey, IReadOnlyList<Observation>> Scores => _scores;

    /// <summary>Adds an answer.</summary>
    /// <exception cref="FileWriteException">The disk does not take it.</exception>
    public void Add(ItemResult result, string place)
    {
        var line = new JsonObject
        {
            ["subset"] = result.Key.Subset,
            ["item"] = result.Key.Item,
            ["sample"] = result.Key.Sample,
            ["place"] = place,
            ["scores"] = Numbers(result.Scores.Select(o => (o.Score, o.Value))),
        };
        if (result.Scores.Any(o => o.Weight != 1))
            line["weights"] = Numbers(result.Scores.Select(o => (o.Score, o.Weight)));
        foreach ((string name, JsonNode? value) in result.Shown.ToArray())
        {
            result.Shown.Remove(name);
            line[name] = value;
        }

        Write(line);
        _scores[result.Key] = result.Scores;
    }

    /// <summary>Waits until all lines are on the disk.</summary>
    /// <exception cref="FileWriteException">It did not take them.</exception>
    public void Flush() => DurableFiles.Guarded(Path, () => DurableFile.Flush(_file));

    /// <summary>The lines of answers in a log, as JSON, in the order in which they were scored.</summary>
    public static IEnumerable<string> Lines(string path) => File.ReadLines(path).Skip(1);

    public void Dispose() => _file.Dispose();

    private void Write(JsonObject line)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line, Options))
            line.WriteTo(json);
        _line.Write("\n"u8);
        DurableFiles.Guarded(Path, () => _file.Write(_line.WrittenSpan));
    }

    private static JsonObject Numbers(IEnumerable<(string Name, double Value)> numbers) =>
        new([.. numbers.Select(n => KeyValuePair.Create<string, JsonNode?>(n.Name, JsonValue.Create(n.Value)))]);

    /// <summary>Reads what is there.</summary>
    /// <returns>Bytes of its whole lines.</returns>
    private long ReadWhole(IReadOnlyDictionary<string, string> identity)
    {
        long whole = 0;
        byte[] bytes = File.ReadAllBytes(Path);
        for (int start = 0; Array.IndexOf(bytes, (byte)'\n', start) is var end and >= 0; start = end + 1)
        {
            ReadOnlyMemory<byte> line = bytes.AsMemory(start, end - start);
            if (start == 0)
                RequireSame(line, identity);
            else
                Take(line);
            whole = end + 1;
        }

        return whole;
    }

    private void RequireSame(ReadOnlyMemory<byte> line, IReadOnlyDictionary<string, string> identity)
    {
        if (Parsed(line)?[IdentityName] is not JsonObject then)
        {
            throw new UserException(
                $"{Path}: expected results of an evaluation, got another file. Name another --output");
        }

        string[] differences =
        [
            .. identity.Keys.Union(then.Select(t => t.Key))
                .Select(k => (Name: k, Then: then[k]?.ToString(), Now: identity.GetValueOrDefault(k)))
                .Where(d => d.Then != d.Now)
                .Select(d => $"{d.Name}: {d.Then ?? "absent"} there, {d.Now ?? "absent"} now"),
        ];
        if (differences.Length > 0)
        {
            throw new UserException(
                $"{Path}: expected results of the same evaluation to go on with, got others ("
                    + $"{string.Join("; ", differences)}). Name another --output, or remove the file");
        }
    }

    private void Take(ReadOnlyMemory<byte> line)
    {
        JsonObject? read = Parsed(line);
        if (read?["scores"] is not JsonObject scores || read["subset"]?.ToString() is not { } subset
            || Value<int>(read["item"]) is not { } item || Value<int>(read["sample"]) is not { } sample
            || scores.Any(s => Value<double>(s.Value) is null))
            throw new UserException($"{Path}: expected a line of JSON for each answer, got another. Remove the file");
        var weights = read["weights"] as JsonObject;
        _scores[new ItemKey(subset, item, sample)] =
        [
            .. scores.Select(s => new Observation(
                s.Key, Value<double>(s.Value)!.Value, Value<double>(weights?[s.Key]) ?? 1)),
        ];
    }

    /// <summary>A number; null where it is none, or none of the type.</summary>
    private static T? Value<T>(JsonNode? json)
        where T : struct => json is JsonValue value && value.TryGetValue(out T number) ? number : null;

    private static JsonObject? Parsed(ReadOnlyMemory<byte> line)
    {
        try
        {
            return StrictJson.Object(line.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
