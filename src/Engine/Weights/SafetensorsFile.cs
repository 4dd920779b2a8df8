using System.Buffers.Binary;
using MolEngine.Basics;
using MolEngine.Engine.Files;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>A safetensors file, memory-mapped. Opening it checks the whole header and reads no data.</summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly MappedFile _file;

    private SafetensorsFile(
        string path, MappedFile file, IReadOnlyDictionary<string, SafetensorsEntry> entries,
        IReadOnlyDictionary<string, string> metadata)
    {
        Path = path;
        _file = file;
        Entries = entries;
        Metadata = metadata;
    }

    public string Path { get; }

    /// <summary>Length of the file.</summary>
    public long Bytes => _file.Bytes;

    /// <summary>Tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>The texts under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <exception cref="ModelFileException">
    /// The file is absent, truncated or longer than it says; its header is too long, not JSON, or names a tensor twice;
    /// data overlaps, leaves holes, lies outside the file, or disagrees in size with dtype and shape.
    /// </exception>
    public static SafetensorsFile Open(string path)
    {
        try
        {
            using var stream = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
            byte[] header = ReadHeader(path, stream);
            (List<SafetensorsEntry> entries, Dictionary<string, string> metadata) =
                SafetensorsHeader.Parse(path, header, stream.Length);
            return new SafetensorsFile(path, MappedFile.Map(stream), entries.ToDictionary(e => e.Name), metadata);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ModelFileException(
                $"{path}: cannot be read: expected a safetensors file, got \"{e.Message}\". Check the path.", e);
        }
    }

    /// <summary>
    /// A tensor of host memory over the mapped bytes: read-only, nothing copied. It keeps the mapping alive, even after
    /// <see cref="Dispose"/>. Its address is aligned to its elements only where the file's writer saw to that.
    /// </summary>
    /// <exception cref="ModelFileException">
    /// There is no such tensor, or its element type has no counterpart.
    /// </exception>
    public Tensor Tensor(string name)
    {
        if (!Entries.TryGetValue(name, out SafetensorsEntry? entry))
            throw new ModelFileException(
                $"{Path}: tensor {name} is missing: expected it among the {Entries.Count} tensors. Check the name.");
        if (entry.Type is not DType type)
        {
            throw new ModelFileException(
                $"{Path}: tensor {name}: expected F64, F32, F16, BF16, I64 or I32, got {entry.StoredType}. Choose an "
                + "unquantised file.");
        }

        (nint address, object owner) = _file.Share(entry.Start);
        return new Tensor(name, type, entry.Shape, address, owner);
    }

    public void Dispose() => _file.Dispose();

    private static byte[] ReadHeader(string path, FileStream stream)
    {
        var length = new byte[SafetensorsHeader.LengthBytes];
        int got = stream.ReadAtLeast(length, length.Length, throwOnEndOfStream: false);
        if (got < length.Length)
        {
            throw new ModelFileException(
                $"{path}: truncated: expected a safetensors file of 8 bytes or more, got {got}. Download the file "
                + "again.");
        }

        ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (bytes > Limits.SafetensorsHeaderBytes)
        {
            throw new ModelFileException(
                $"{path}: the header is oversized, or this is not a safetensors file: expected at most "
                + $"{Limits.SafetensorsHeaderBytes} bytes, got {bytes}. Download the file again.");
        }

        if ((long)bytes > stream.Length - length.Length)
        {
            throw new ModelFileException(
                $"{path}: truncated inside the header: expected {bytes} bytes of header, got "
                + $"{stream.Length - length.Length}. Download the file again.");
        }

        var header = new byte[bytes];
        stream.ReadExactly(header);
        return header;
    }
}
