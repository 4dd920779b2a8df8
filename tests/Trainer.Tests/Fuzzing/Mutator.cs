using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MolEngine.Trainer.Tests.Fuzzing;

/// <summary>Damages a file in the ways of its kind: values, names and structure more often than bytes.</summary>
internal sealed class Mutator(Random random)
{
    private static readonly JsonSerializerOptions Plain =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true, MaxDepth = 1000 };

    private readonly List<string> _raw = [];

    public byte[] Of(FileKind kind, byte[] file)
    {
        for (int times = random.Next(4) == 0 ? 1 + random.Next(5) : 1; times > 0; times--)
            file = random.Next(8) == 0 ? Bytes(file) : Once(kind, file);
        return file;
    }

    private byte[] Once(FileKind kind, byte[] file)
    {
        switch (kind)
        {
            case FileKind.Json:
                return Encoding.UTF8.GetBytes(Json(Encoding.UTF8.GetString(file)));
            case FileKind.Lines:
                string[] lines = Encoding.UTF8.GetString(file).Split('\n');
                int at = random.Next(lines.Length);
                lines[at] = Json(lines[at]).ReplaceLineEndings(" ");
                return Encoding.UTF8.GetBytes(string.Join('\n', lines));
            case FileKind.Yaml:
                return Encoding.UTF8.GetBytes(Yaml(Encoding.UTF8.GetString(file)));
            case FileKind.Safetensors:
                int length = BitConverter.ToInt32(file);
                if (length <= 0 || length + 8 > file.Length)
                    return Bytes(file);
                byte[] header = Encoding.UTF8.GetBytes(Json(Encoding.UTF8.GetString(file, 8, length)));
                return [.. BitConverter.GetBytes((long)header.Length), .. header, .. file.AsSpan(8 + length)];
            default:
                return Bytes(file);
        }
    }

    private string Json(string text)
    {
        try
        {
            return Changed(JsonNode.Parse(
                text, documentOptions: new() { MaxDepth = 1000, AllowDuplicateProperties = false }));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Damaged already, as by an earlier round of this.
            _raw.Clear();
            return Encoding.UTF8.GetString(Bytes(Encoding.UTF8.GetBytes(text)));
        }
    }

    private string Changed(JsonNode? root)
    {
        var places = new List<JsonNode>();
        Collect(root, places);
        if (places.Count == 0 || random.Next(12) == 0)
            return Pick(OddValues.Json);
        Change(places[random.Next(places.Count)]);
        string text = root!.ToJsonString(Plain);
        for (int i = 0; i < _raw.Count; i++)
            text = text.Replace($"\"{Placeholder(i)}\"", _raw[i], StringComparison.Ordinal);
        _raw.Clear();
        return text;
    }

    private void Change(JsonNode place)
    {
        if (place is JsonArray list)
        {
            int at = random.Next(list.Count + 1);
            if (at == list.Count)
                list.Add(Odd(Pick(OddValues.Json)));
            else if (random.Next(4) == 0)
                list.RemoveAt(at);
            else
                list[at] = Odd(Pick(OddValues.Json));
            return;
        }

        var map = (JsonObject)place;
        string[] names = [.. map.Select(p => p.Key)];
        if (names.Length == 0)
        {
            map[Keep(Pick(["\"\"", "\"a\"", "\"\\ud800\"", "\"\\u0000\""]))] = Odd(Pick(OddValues.Json));
            return;
        }

        string name = Pick(names);
        switch (random.Next(8))
        {
            case 0:
                map.Remove(name);
                break;
            case 1:
                // The same name twice.
                map[Keep(JsonSerializer.Serialize(name))] = Odd(Pick(OddValues.Json));
                break;
            case 2:
                JsonNode? value = map[name];
                map.Remove(name);
                map[Keep(Pick(["\"\"", "\"\\ud800\"", "\"\\u0000\"", $"\"{name}x\"", "\"/\"", "\"a.b[0]\""]))] = value;
                break;
            case 3:
                map[name] = map[Pick(names)]?.DeepClone();
                break;
            default:
                map[name] = Odd(Pick(OddValues.Json));
                break;
        }
    }

    private JsonValue Odd(string raw) => JsonValue.Create(Keep(raw))!;

    /// <summary>A text that stands for another until all is written.</summary>
    private string Keep(string raw)
    {
        _raw.Add(raw);
        return Placeholder(_raw.Count - 1);
    }

    private static string Placeholder(int number) => $"@odd {number}@";

    private static void Collect(JsonNode? node, List<JsonNode> into)
    {
        if (node is JsonObject or JsonArray)
            into.Add(node);
        foreach (JsonNode? child in node switch
        {
            JsonObject map => map.Select(p => p.Value),
            JsonArray list => list,
            _ => Enumerable.Empty<JsonNode?>(),
        })
            Collect(child, into);
    }

    private string Yaml(string text)
    {
        List<string> lines = [.. text.Split('\n')];
        int at = random.Next(lines.Count);
        string line = lines[at];
        int value = line.IndexOf(": ", StringComparison.Ordinal);
        string odd = Pick(random.Next(2) == 0 ? OddValues.Json : OddValues.Yaml);
        switch (random.Next(10))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(at, line);
                break;
            case 2:
                lines[at] = Pick(["  ", "\t", "    ", "- "]) + line;
                break;
            case 3:
                lines[at] = line.TrimStart();
                break;
            case 4:
                lines.Insert(at, Pick(["---", "...", "%YAML 9.9", "%TAG ! x", "- a", "a", "? ", odd]));
                break;
            default:
                lines[at] = value < 0 ? odd : $"{line[..value]}: {odd}";
                break;
        }

        return string.Join('\n', lines);
    }

    private byte[] Bytes(byte[] file)
    {
        int from = random.Next(file.Length + 1), to = Math.Min(file.Length, from + 1 + random.Next(40));
        byte[] before = file[..from], after = file[to..], cut = file[from..to];
        switch (random.Next(8))
        {
            case 0:
                return before;
            case 1:
                return [.. before, .. after];
            case 2:
                return [.. before, .. cut, .. cut, .. after];
            case 3:
                return [.. before, (byte)random.Next(256), .. cut, .. after];
            case 4:
                byte[] odd = Pick(new byte[][] { [0], [0xff], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf] });
                return [.. before, .. odd, .. file[from..]];
            case 5:
                return random.Next(10) == 0 ? [] : Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(file));
            case 6:
                var noise = new byte[cut.Length];
                random.NextBytes(noise);
                return [.. before, .. noise, .. after];
            default:
                if (cut.Length > 0)
                    cut[random.Next(cut.Length)] ^= (byte)(1 << random.Next(8));
                return [.. before, .. cut, .. after];
        }
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
