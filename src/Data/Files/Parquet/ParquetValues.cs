using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using MolEngine.Basics.Values;
using ParquetSharp;

namespace MolEngine.Data.Files.Parquet;

/// <summary>Makes of what a column stores what it means: numbers as literals, dates and times as ISO 8601.</summary>
internal sealed class ParquetValues
{
    private const int JulianDayOfUnixEpoch = 2_440_588;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private readonly LogicalTypeEnum _type;
    private readonly int _length;
    private readonly int _scale;
    private readonly bool _isUnsigned;
    private readonly bool _isUtc;
    private readonly TimeUnit _unit;

    public ParquetValues(ColumnDescriptor column)
    {
        using LogicalType type = column.LogicalType;
        _type = type.Type;
        _length = column.TypeLength;
        _isUnsigned = type is IntLogicalType { IsSigned: false };
        _scale = (type as DecimalLogicalType)?.Scale ?? 0;
        (_unit, _isUtc) = type switch
        {
            TimestampLogicalType t => (t.TimeUnit, t.IsAdjustedToUtc),
            TimeLogicalType t => (t.TimeUnit, false),
            _ => (TimeUnit.Unknown, false),
        };
    }

    public static DataValue Of(float value) => float.IsFinite(value)
        ? new NumberValue(value.ToString("R", Invariant)) : new TextValue(value.ToString(Invariant));

    public static DataValue Of(double value) => double.IsFinite(value)
        ? new NumberValue(value.ToString("R", Invariant)) : new TextValue(value.ToString(Invariant));

    /// <summary>A time as Spark and Impala stored it: nanoseconds of a Julian day.</summary>
    public static DataValue Of(Int96 value)
    {
        long nanoseconds = (uint)value.A | ((long)value.B << 32);
        return Moment(checked((value.C - JulianDayOfUnixEpoch) * TimeSpan.TicksPerDay) + (nanoseconds / 100), true);
    }

    public DataValue Of(int value) => _type switch
    {
        LogicalTypeEnum.Date => new TextValue(
            DateOnly.FromDayNumber(checked(UnixEpochDay + value)).ToString("O", Invariant)),
        _ when _isUnsigned => new NumberValue(((uint)value).ToString(Invariant)),
        _ => Of((long)value),
    };

    public DataValue Of(long value) => _type switch
    {
        LogicalTypeEnum.Timestamp => Moment(Ticks(value), _isUtc),
        LogicalTypeEnum.Time => new TextValue(new TimeOnly(Ticks(value)).ToString("O", Invariant)),
        LogicalTypeEnum.Decimal => Decimal(value),
        _ => new NumberValue(_isUnsigned ? ((ulong)value).ToString(Invariant) : value.ToString(Invariant)),
    };

    public DataValue Of(ByteArray value)
    {
        byte[] bytes = Bytes(value.Pointer, value.Length);
        return _type == LogicalTypeEnum.Decimal ? Decimal(new BigInteger(bytes, isBigEndian: true)) : Text(bytes);
    }

    public DataValue Of(FixedLenByteArray value)
    {
        byte[] bytes = Bytes(value.Pointer, _length);
        return _type switch
        {
            LogicalTypeEnum.Decimal => Decimal(new BigInteger(bytes, isBigEndian: true)),
            LogicalTypeEnum.Uuid => new TextValue(new Guid(bytes, bigEndian: true).ToString()),
            LogicalTypeEnum.Float16 => Of((float)BitConverter.ToHalf(bytes)),
            _ => Text(bytes),
        };
    }

    private static int UnixEpochDay { get; } = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private static byte[] Bytes(nint pointer, int length)
    {
        byte[] bytes = new byte[length];
        if (length > 0)
            Marshal.Copy(pointer, bytes, 0, length);
        return bytes;
    }

    /// <exception cref="FormatException">The bytes are no text.</exception>
    private static TextValue Text(byte[] bytes)
    {
        try
        {
            return new(Strict.GetString(bytes));
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException(
                $"expected UTF-8, got the byte {e.BytesUnknown![0]:X2}", e);
        }
    }

    private long Ticks(long value) => _unit switch
    {
        TimeUnit.Millis => checked(value * TimeSpan.TicksPerMillisecond),
        TimeUnit.Micros => checked(value * TimeSpan.TicksPerMicrosecond),
        _ => value / TimeSpan.NanosecondsPerTick,
    };

    private static TextValue Moment(long ticks, bool isUtc) => new(
        DateTime.UnixEpoch.AddTicks(ticks).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", Invariant) + (isUtc ? "Z" : ""));

    private NumberValue Decimal(BigInteger unscaled)
    {
        if (_scale <= 0)
            return new(unscaled.ToString(Invariant));
        string digits = BigInteger.Abs(unscaled).ToString(Invariant).PadLeft(_scale + 1, '0');
        return new($"{(unscaled.Sign < 0 ? "-" : "")}{digits[..^_scale]}.{digits[^_scale..]}");
    }
}
