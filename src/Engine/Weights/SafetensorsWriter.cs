using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Basics;
using MolEngine.Basics.Files;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>
/// Writes safetensors files as Hugging Face does: larger element types first, then by name; the header padded to 8
/// bytes.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes host tensors, each converted to <c>StoreAs</c> with one rounding (nearest, ties to even).
    /// </summary>
    /// <param name="metadata">
    /// Texts under <c>__metadata__</c>; <c>{"format": "pt"}</c> is what transformers looks for.
    /// </param>
    /// <exception cref="UserException">
    /// The file cannot be written; nothing is left of it, and an older one stays.
    /// </exception>
    /// <exception cref="BrokenWeightException">A number is NaN or infinite: the same holds of the file.</exception>
    public static void Write(
        string path, IReadOnlyList<(string Name, DType StoreAs, Tensor Value)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        var values = tensors.ToDictionary(t => t.Name, t => t.Value);
        Stream(path, [.. tensors.Select(t => (t.Name, t.StoreAs, t.Value.Shape))], name => values[name], metadata);
    }

    /// <summary>
    /// The same for tensors that are made one at a time, so that a file may be larger than memory: <paramref
    /// name="produce"/> is called once for each name, and what it returned last may be reused when it is called again.
    /// </summary>
    public static void Stream(
        string path, IReadOnlyList<(string Name, DType StoreAs, Shape Shape)> tensors, Func<string, Tensor> produce,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        // The format's own order of types: F64 > F32 > BF16 > F16, so that data stays aligned.
        (string Name, DType StoreAs, Shape Shape)[] sorted =
            [.. tensors.OrderByDescending(t => Rank(t.StoreAs)).ThenBy(t => t.Name, StringComparer.Ordinal)];
        byte[] header = Header(sorted, metadata);
        DurableFiles.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[SafetensorsHeader.LengthBytes];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach ((string name, DType type, Shape shape) in sorted)
            {
                Tensor value = produce(name);
                if (value.Shape != shape)
                    throw new InvalidOperationException($"{name}: announced as {shape}, produced as {value.Shape}");
                Conversions.Write(value, type, stream, $"{Path.GetFileName(path)}: {name}");
            }
        });
    }

    private static byte[] Header(
        (string Name, DType StoreAs, Shape Shape)[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            long offset = 0;
            foreach ((string name, DType type, Shape shape) in tensors)
            {
                long end = checked(offset + (shape.Count * type.Size()));
                json.WriteStartObject(name);
                json.WriteString("dtype", type.ToString());
                json.WriteStartArray("shape");
                foreach (int d in shape.Dimensions)
                    json.WriteNumberValue(d);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static int Rank(DType type) => type switch
    {
        DType.F64 => 3,
        DType.F32 => 2,
        DType.BF16 => 1,
        DType.F16 => 0,
        _ => throw new ArgumentException($"expected F64, F32, BF16 or F16, got {type}", nameof(type)),
    };
}
