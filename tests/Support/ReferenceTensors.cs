using System.Buffers.Binary;
using System.Text.Json;

namespace MolEngine.Support;

/// <summary>
/// A plain reader of safetensors files for tests, independent of the engine's: every tensor as float64 (integers too).
/// </summary>
public sealed class ReferenceTensors
{
    private readonly byte[] _bytes;
    private readonly Dictionary<string, (string Type, int[] Shape, long Start, long End)> _entries = [];
    private readonly int _data;

    public ReferenceTensors(string path)
    {
        _bytes = File.ReadAllBytes(path);
        int header = checked((int)BinaryPrimitives.ReadInt64LittleEndian(_bytes));
        _data = 8 + header;
        using JsonDocument json = JsonDocument.Parse(_bytes.AsMemory(8, header));
        foreach (JsonProperty p in json.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__"))
        {
            JsonElement offsets = p.Value.GetProperty("data_offsets");
            int[] shape = [.. p.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
            _entries[p.Name] = (p.Value.GetProperty("dtype").GetString()!, shape, offsets[0].GetInt64(),
                offsets[1].GetInt64());
        }
    }

    public IEnumerable<string> Names => _entries.Keys;

    public bool Has(string name) => _entries.ContainsKey(name);

    public int[] Shape(string name) => _entries[name].Shape;

    public double[] this[string name]
    {
        get
        {
            (string type, _, long start, long end) = _entries[name];
            ReadOnlySpan<byte> b = _bytes.AsSpan(_data + (int)start, (int)(end - start));
            int size = type switch
            {
                "F64" or "I64" => 8,
                "F32" or "I32" => 4,
                "F16" or "BF16" => 2,
                "BOOL" or "U8" => 1,
                _ => throw new NotSupportedException(type)
            };
            var values = new double[b.Length / size];
            for (int i = 0; i < values.Length; i++)
                values[i] = Element(type, b[(i * size)..]);
            return values;
        }
    }

    public float[] Floats(string name) => Array.ConvertAll(this[name], x => (float)x);

    public int[] Ints(string name) => Array.ConvertAll(this[name], x => (int)x);

    private static double Element(string type, ReadOnlySpan<byte> b) => type switch
    {
        "F64" => BinaryPrimitives.ReadDoubleLittleEndian(b),
        "F32" => BinaryPrimitives.ReadSingleLittleEndian(b),
        "F16" => (double)BinaryPrimitives.ReadHalfLittleEndian(b),
        "BF16" => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(b) << 16),
        "I64" => BinaryPrimitives.ReadInt64LittleEndian(b),
        "I32" => BinaryPrimitives.ReadInt32LittleEndian(b),
        _ => b[0],
    };
}
