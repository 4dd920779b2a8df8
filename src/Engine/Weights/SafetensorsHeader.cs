using System.Text.Json;
using MolEngine.Engine.Files;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>
/// The header of a safetensors file: 8 bytes of its length (little-endian), then a JSON object from names to dtype,
/// shape and data_offsets, which must tile the rest of the file without holes.
/// </summary>
internal static class SafetensorsHeader
{
    public const int LengthBytes = 8;
    public const string MetadataKey = "__metadata__";
    private const string Again = "Download the file again.";

    /// <param name="path">For errors.</param>
    /// <param name="header">The JSON text.</param>
    /// <param name="fileBytes">Length of the whole file.</param>
    public static (List<SafetensorsEntry> Entries, Dictionary<string, string> Metadata) Parse(
        string path, byte[] header, long fileBytes)
    {
        if (header.Length == 0 || header[0] != (byte)'{')
            throw new ModelFileException(
                $"{path}: not a safetensors file: expected a header that begins with '{{', got something else. "
                + Again);
        JsonFields fields = JsonFields.Parse($"{path} (header)", header);
        long data = LengthBytes + header.Length;
        List<SafetensorsEntry> entries = [];
        var metadata = new Dictionary<string, string>();
        foreach ((string name, JsonElement value) in fields.All)
        {
            if (name == MetadataKey && value.ValueKind == JsonValueKind.Null)
                continue;
            if (value.ValueKind != JsonValueKind.Object)
                throw fields.Wrong(name, "an object", value, Again);
            JsonFields entry = fields.Object(name)!;
            if (name != MetadataKey)
            {
                entries.Add(ReadEntry(path, name, entry, data, fileBytes));
                continue;
            }

            foreach ((string key, _) in entry.All)
                metadata[key] = entry.Text(key) ?? "";
        }

        entries.Sort((a, b) => (a.Start, a.Bytes).CompareTo((b.Start, b.Bytes)));
        CheckTiling(path, entries, data, fileBytes);
        return (entries, metadata);
    }

    private static SafetensorsEntry ReadEntry(string path, string name, JsonFields entry, long data, long fileBytes)
    {
        string type = entry.Text("dtype") ?? throw Missing(path, name, "dtype");
        Shape shape = ReadShape(path, name, entry);
        (long start, long end) = ReadOffsets(path, name, entry);
        if (end < start)
            throw new ModelFileException(
                $"{path}: tensor {name}: data_offsets: expected an end after {start}, got {end}. {Again}");
        if (end > fileBytes - data)
        {
            throw new ModelFileException(
                $"{path}: tensor {name}: its data is out of range (the file is truncated, or its header is wrong): "
                + $"expected {end} bytes after the header, got {fileBytes - data}. {Again}");
        }

        CheckSize(path, name, type, shape, end - start);
        return new SafetensorsEntry(name, type, shape, data + start, end - start);
    }

    private static Shape ReadShape(string path, string name, JsonFields entry)
    {
        if (!entry.TryGet("shape", out JsonElement? value))
            throw Missing(path, name, "shape");
        if (value.Value.ValueKind != JsonValueKind.Array || value.Value.GetArrayLength() > 16)
            throw entry.Wrong("shape", "a list of up to 16 dimensions", value.Value, Again);
        var dimensions = new int[value.Value.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in value.Value.EnumerateArray())
        {
            bool good = item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out dimensions[i])
                && dimensions[i] >= 0;
            if (!good)
                throw entry.Wrong("shape", $"dimensions of 0 to {int.MaxValue}", value.Value, Again);
            i++;
        }

        try
        {
            return new Shape(dimensions);
        }
        catch (ArgumentException)
        {
            throw entry.Wrong("shape", "a tensor that fits a file, not far more", value.Value, Again);
        }
    }

    private static (long Start, long End) ReadOffsets(string path, string name, JsonFields entry)
    {
        if (!entry.TryGet("data_offsets", out JsonElement? value))
            throw Missing(path, name, "data_offsets");
        long start = -1, end = -1;
        bool good = value.Value.ValueKind == JsonValueKind.Array && value.Value.GetArrayLength() == 2
            && value.Value.EnumerateArray().All(o => o.ValueKind == JsonValueKind.Number)
            && value.Value[0].TryGetInt64(out start) && value.Value[1].TryGetInt64(out end) && start >= 0 && end >= 0;
        return good ? (start, end) : throw entry.Wrong("data_offsets", "two offsets of 0 or more", value.Value, Again);
    }

    private static void CheckSize(string path, string name, string type, Shape shape, long bytes)
    {
        if (BitsOf(type) is not int bits)
            return;
        Int128 expected = (Int128)shape.Count * bits;
        if (expected != (Int128)bytes * 8)
        {
            throw new ModelFileException(
                $"{path}: tensor {name}: its size disagrees with {type} {shape}: expected {expected / 8} bytes, got "
                + $"{bytes}. {Again}");
        }
    }

    /// <summary>
    /// Bits of an element of the format's types; null for a type that this reader has never heard of.
    /// </summary>
    private static int? BitsOf(string type) => type switch
    {
        "F64" or "I64" or "U64" or "C64" => 64,
        "F32" or "I32" or "U32" => 32,
        "F16" or "BF16" or "I16" or "U16" => 16,
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" or "F8_E4M3FNUZ" or "F8_E5M2FNUZ" => 8,
        "F6_E2M3" or "F6_E3M2" => 6,
        "F4" => 4,
        _ => null,
    };

    private static void CheckTiling(string path, List<SafetensorsEntry> entries, long data, long fileBytes)
    {
        long position = data;
        string before = "the header";
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Start != position)
            {
                string what = entry.Start < position ? $"overlaps {before}" : $"leaves a hole after {before}";
                throw new ModelFileException(
                    $"{path}: tensor {entry.Name} {what}: expected its data at offset {position - data}, got "
                    + $"{entry.Start - data}. {Again}");
            }

            position += entry.Bytes;
            before = entry.Name;
        }

        if (position != fileBytes)
        {
            throw new ModelFileException(
                $"{path}: the file is longer than its header says: expected {position} bytes, got {fileBytes}. "
                + Again);
        }
    }

    private static ModelFileException Missing(string path, string name, string key) =>
        new($"{path}: tensor {name}: key {key} is missing: expected dtype, shape and data_offsets. {Again}");
}
