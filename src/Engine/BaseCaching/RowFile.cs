using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MolEngine.Basics.Files;

namespace MolEngine.Engine.BaseCaching;

/// <summary>
/// Rows by key in one file that only grows: a line of text that says what they are, then one record after another. A
/// record carries a digest of its key and its bytes, so that one that was cut short or damaged is not there; a key that
/// comes twice counts as it came last. One process writes, as many as like read.
/// </summary>
internal sealed class RowFile : IDisposable
{
    private const int LineBytes = 64, DigestBytes = 16;

    /// <summary>Marker, length, key, digest.</summary>
    private const int HeaderBytes = 4 + 4 + 16 + DigestBytes;

    private const uint Marker = 0x574f524du;

    private readonly Dictionary<UInt128, (long At, int Length)> _places = [];
    private readonly FileStream? _lock;
    private readonly SafeFileHandle? _file;
    private readonly byte[] _line;

    /// <param name="path">Made, with its folder, where it is not there.</param>
    /// <param name="line">What the rows are, at most 63 bytes of ASCII: a file with another one is begun anew.</param>
    /// <exception cref="IOException">The file can be neither written nor read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public RowFile(string path, string line)
    {
        _line = Encoding.ASCII.GetBytes($"{line}\n".PadLeft(LineBytes));
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _lock = TakeLock($"{path}.lock");
        try
        {
            IsWritten = _lock is not null;
            if (IsWritten || File.Exists(path))
            {
                _file = File.OpenHandle(
                    path, IsWritten ? FileMode.OpenOrCreate : FileMode.Open,
                    IsWritten ? FileAccess.ReadWrite : FileAccess.Read,
                    FileShare.ReadWrite | FileShare.Delete);
                Scan();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether rows can be added: no other process does.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>Rows that are there.</summary>
    public int Rows => _places.Count;

    /// <summary>Bytes of the file up to the end of its last whole record.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes behind the last record that could be read, which were given up.</summary>
    public long LostBytes { get; private set; }

    public bool Has(UInt128 key) => _places.ContainsKey(key);

    /// <summary>
    /// The bytes of a row; null where it is not there, or no longer what it was: it is then forgotten.
    /// </summary>
    public byte[]? Find(UInt128 key)
    {
        if (!_places.TryGetValue(key, out (long At, int Length) place))
            return null;
        var record = new byte[HeaderBytes + place.Length];
        int read = RandomAccess.Read(_file!, record, place.At);
        ReadOnlySpan<byte> bytes = record.AsSpan(HeaderBytes);
        ReadOnlySpan<byte> digest = record.AsSpan(HeaderBytes - DigestBytes, DigestBytes);
        if (read == record.Length && digest.SequenceEqual(Digest(key, bytes)))
            return bytes.ToArray();
        _places.Remove(key);
        return null;
    }

    /// <summary>Adds a row.</summary>
    /// <exception cref="IOException">There is no room, or the disk fails: nothing is written any more.</exception>
    public void Add(UInt128 key, ReadOnlySpan<byte> bytes)
    {
        var record = new byte[RecordBytes(bytes.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(record, Marker);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), bytes.Length);
        BinaryPrimitives.WriteUInt128LittleEndian(record.AsSpan(8), key);
        Digest(key, bytes).CopyTo(record, HeaderBytes - DigestBytes);
        bytes.CopyTo(record.AsSpan(HeaderBytes));
        try
        {
            RandomAccess.Write(_file!, record, Bytes);
        }
        catch (IOException)
        {
            IsWritten = false;
            throw;
        }

        _places[key] = (Bytes, bytes.Length);
        Bytes += record.Length;
    }

    /// <summary>Bytes that a row of so many takes in the file.</summary>
    public static long RecordBytes(long bytes) => HeaderBytes + bytes;

    public void Dispose()
    {
        _file?.Dispose();
        _lock?.Dispose();
    }

    /// <summary>Null where another process has it.</summary>
    private static FileStream? TakeLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException e) when (HeldFile.Is(e))
        {
            return null;
        }
    }

    private void Scan()
    {
        long length = RandomAccess.GetLength(_file!);
        var line = new byte[LineBytes];
        if (RandomAccess.Read(_file!, line, 0) < LineBytes || !line.AsSpan().SequenceEqual(_line))
        {
            LostBytes = length;
            if (!IsWritten)
                return;
            RandomAccess.SetLength(_file!, 0);
            RandomAccess.Write(_file!, _line, 0);
            Bytes = LineBytes;
            return;
        }

        Bytes = LineBytes;
        var header = new byte[HeaderBytes];
        while (RandomAccess.Read(_file!, header, Bytes) == HeaderBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(header) == Marker
            && BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)) is > 0 and var bytes
            && Bytes + RecordBytes(bytes) <= length)
        {
            _places[BinaryPrimitives.ReadUInt128LittleEndian(header.AsSpan(8))] = (Bytes, bytes);
            Bytes += RecordBytes(bytes);
        }

        LostBytes = length - Bytes;
        if (IsWritten && LostBytes > 0)
            RandomAccess.SetLength(_file!, Bytes);
    }

    private static byte[] Digest(UInt128 key, ReadOnlySpan<byte> bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> keyBytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(keyBytes, key);
        hash.AppendData(keyBytes);
        hash.AppendData(bytes);
        return hash.GetHashAndReset()[..DigestBytes];
    }
}
