using System.Security.Cryptography;
using MolEngine.Basics.Files;

namespace MolEngine.Kernels.Compilation;

/// <summary>
/// Compiled kernels kept between runs, by the hash of source, headers, options and compiler. An entry is "MOLCUBN1",
/// the SHA-256 of the rest, and the rest: one that is not whole is made again.
/// </summary>
/// <param name="folder">Made when something is kept.</param>
/// <param name="largest">Bytes of the folder, at most; the entry written last stays in any case.</param>
public sealed class KernelCache(string folder, long largest = KernelCache.DefaultLargest)
{
    /// <summary>256 MiB: all kernels of several versions and architectures.</summary>
    public const long DefaultLargest = 256L << 20;

    private readonly CacheFolder _entries = new(folder, ".cubin", largest);

    public static string DefaultFolder => CacheFolder.Locate("kernels");

    private static ReadOnlySpan<byte> Magic => "MOLCUBN1"u8;

    /// <summary>The entry of a key; null where there is none that is whole.</summary>
    public byte[]? Find(string key) => _entries.Find(key, Read);

    /// <summary>Keeps an entry. A cache that cannot be written hinders nothing: what is wrong is given back.</summary>
    public string? Keep(string key, byte[] image) => _entries.Keep(key, stream =>
    {
        stream.Write(Magic);
        stream.Write(SHA256.HashData(image));
        stream.Write(image);
    });

    private static byte[]? Read(Stream stream)
    {
        int head = Magic.Length + SHA256.HashSizeInBytes;
        if (stream.Length < head)
            return null;
        var entry = new byte[stream.Length];
        stream.ReadExactly(entry);
        byte[] image = entry[head..];
        bool whole = entry.AsSpan(0, Magic.Length).SequenceEqual(Magic)
            && entry.AsSpan(Magic.Length, SHA256.HashSizeInBytes).SequenceEqual(SHA256.HashData(image));
        return whole ? image : null;
    }
}
