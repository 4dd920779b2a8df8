using System.Text;

namespace MolEngine.Runs.Tests.Metrics;

/// <summary>
/// Reads event files as the formats' documents describe them, sharing nothing with the writer: its CRC goes bit by bit,
/// its protobuf reader takes fields in any order.
/// </summary>
internal static class TfRecordReader
{
    /// <summary>Payloads of the whole records; a cut last one ends the list, a wrong CRC is an error.</summary>
    public static List<byte[]> Records(byte[] file)
    {
        var records = new List<byte[]>();
        int at = 0;
        while (file.Length - at >= 12)
        {
            ulong length = BitConverter.ToUInt64(file, at);
            Assert.Equal(MaskedCrc(file.AsSpan(at, 8)), BitConverter.ToUInt32(file, at + 8));
            if ((ulong)(file.Length - at) < length + 16)
                break;
            byte[] payload = file[(at + 12)..(at + 12 + (int)length)];
            Assert.Equal(MaskedCrc(payload), BitConverter.ToUInt32(file, at + 12 + payload.Length));
            records.Add(payload);
            at += payload.Length + 16;
        }

        return records;
    }

    public static ReadEvent Event(byte[] payload)
    {
        var read = new ReadEvent(0, 0, null, null, null, null);
        foreach ((int field, byte[] bytes) in Fields(payload))
        {
            read = field switch
            {
                1 => read with { WallTime = BitConverter.ToDouble(bytes) },
                2 => read with { Step = BitConverter.ToInt64(bytes) },
                3 => read with { FileVersion = Encoding.UTF8.GetString(bytes) },
                5 => Summary(read, bytes),
                7 => read with { SessionStatus = BitConverter.ToInt64(Fields(bytes).Single(f => f.Field == 1).Bytes) },
                _ => read,
            };
        }

        return read;
    }

    public static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xffffffff;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static ReadEvent Summary(ReadEvent read, byte[] summary)
    {
        List<(int Field, byte[] Bytes)> value = Fields(Fields(summary).Single(f => f.Field == 1).Bytes);
        return read with
        {
            Tag = Encoding.UTF8.GetString(value.Single(f => f.Field == 1).Bytes),
            Value = BitConverter.ToSingle(value.Single(f => f.Field == 2).Bytes),
        };
    }

    /// <summary>A varint comes out as its eight bytes.</summary>
    private static List<(int Field, byte[] Bytes)> Fields(byte[] message)
    {
        var fields = new List<(int, byte[])>();
        int at = 0;
        while (at < message.Length)
        {
            ulong key = Varint(message, ref at);
            int length = (key & 7) switch
            {
                0 => 0,
                1 => 8,
                2 => (int)Varint(message, ref at),
                5 => 4,
                _ => throw new InvalidDataException($"wire type {key & 7}"),
            };
            byte[] bytes = (key & 7) == 0 ? BitConverter.GetBytes(Varint(message, ref at)) : message[at..(at + length)];
            at += length;
            fields.Add(((int)(key >> 3), bytes));
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = message[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }
    }
}

internal sealed record ReadEvent(
    double WallTime, long Step, string? FileVersion, string? Tag, float? Value, long? SessionStatus);
