using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MolEngine.Runs.Metrics;

/// <summary>
/// TensorBoard's <c>Event</c> in protobuf's wire format (tensorboard/compat/proto/event.proto, summary.proto), fields
/// in the order of their numbers. As proto3 has it, a step of 0 is left out; members of a oneof are always written.
/// </summary>
internal static class EventMessage
{
    // A field's key is its number times 8 plus the wire type: 0 varint, 1 eight bytes, 2 with a length, 5 four bytes.
    private const byte WallTime = (1 << 3) | 1;
    private const byte Step = (2 << 3) | 0;
    private const byte FileVersion = (3 << 3) | 2;
    private const byte SummaryMessage = (5 << 3) | 2;
    private const byte SessionLogMessage = (7 << 3) | 2;
    private const byte SummaryValue = (1 << 3) | 2;
    private const byte ValueTag = (1 << 3) | 2;
    private const byte ValueSimple = (2 << 3) | 5;
    private const byte SessionStatus = (1 << 3) | 0;
    private const byte SessionStart = 1;

    /// <summary>The first event of a file; readers take the format's version from it.</summary>
    /// <param name="wallTime">Seconds since 1970.</param>
    public static byte[] Version(double wallTime)
    {
        ArrayBufferWriter<byte> message = Start(wallTime, 0);
        Bytes(message, FileVersion, "brain.Event:2"u8);
        return message.WrittenSpan.ToArray();
    }

    /// <summary>
    /// A session that starts: readers drop what earlier files hold from <paramref name="step"/> on.
    /// </summary>
    public static byte[] Session(double wallTime, long step)
    {
        ArrayBufferWriter<byte> message = Start(wallTime, step);
        Bytes(message, SessionLogMessage, [SessionStatus, SessionStart]);
        return message.WrittenSpan.ToArray();
    }

    /// <summary>A number: a summary of one value <c>{tag, simple_value}</c>.</summary>
    public static byte[] Scalar(double wallTime, long step, string tag, float value)
    {
        var entry = new ArrayBufferWriter<byte>();
        Bytes(entry, ValueTag, Encoding.UTF8.GetBytes(tag));
        entry.Write([ValueSimple]);
        BinaryPrimitives.WriteSingleLittleEndian(entry.GetSpan(sizeof(float)), value);
        entry.Advance(sizeof(float));

        var summary = new ArrayBufferWriter<byte>();
        Bytes(summary, SummaryValue, entry.WrittenSpan);

        ArrayBufferWriter<byte> message = Start(wallTime, step);
        Bytes(message, SummaryMessage, summary.WrittenSpan);
        return message.WrittenSpan.ToArray();
    }

    private static ArrayBufferWriter<byte> Start(double wallTime, long step)
    {
        var message = new ArrayBufferWriter<byte>();
        message.Write([WallTime]);
        BinaryPrimitives.WriteDoubleLittleEndian(message.GetSpan(sizeof(double)), wallTime);
        message.Advance(sizeof(double));
        if (step != 0)
        {
            message.Write([Step]);
            Varint(message, (ulong)step);
        }

        return message;
    }

    private static void Bytes(ArrayBufferWriter<byte> message, byte key, ReadOnlySpan<byte> value)
    {
        message.Write([key]);
        Varint(message, (ulong)value.Length);
        message.Write(value);
    }

    /// <summary>Seven bits a byte, lowest first, the top bit set on all but the last.</summary>
    private static void Varint(ArrayBufferWriter<byte> message, ulong value)
    {
        while (value >= 0x80)
        {
            message.Write([(byte)(value | 0x80)]);
            value >>= 7;
        }

        message.Write([(byte)value]);
    }
}
