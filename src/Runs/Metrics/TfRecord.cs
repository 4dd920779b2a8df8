using System.Buffers.Binary;
using System.Numerics;

namespace MolEngine.Runs.Metrics;

/// <summary>
/// TensorFlow's record files: per record a length (uint64), its masked CRC, the payload, and the payload's masked CRC
/// (uint32), all little-endian. The CRC is CRC-32C (Castagnoli), start and end inverted.
/// </summary>
internal static class TfRecord
{
    /// <summary>Bytes around a payload.</summary>
    public const int Overhead = 16;

    private const int HeaderLength = 12;

    /// <summary>Writes a whole record.</summary>
    /// <param name="record">As long as the payload and <see cref="Overhead"/>.</param>
    public static void Write(ReadOnlySpan<byte> payload, Span<byte> record)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], Mask(Crc32C(record[..8])));
        payload.CopyTo(record[HeaderLength..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record[(HeaderLength + payload.Length)..], Mask(Crc32C(payload)));
    }

    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>
    /// Keeps a CRC that is stored among the data from being a CRC of data that holds CRCs (tsl/lib/hash/crc32c.h).
    /// </summary>
    public static uint Mask(uint crc) => BitOperations.RotateRight(crc, 15) + 0xa282ead8u;
}
