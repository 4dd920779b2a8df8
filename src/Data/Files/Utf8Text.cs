using System.Buffers;
using System.Text;

namespace MolEngine.Data.Files;

/// <summary>Strict decoding: what is not UTF-8 is an error at its byte, never U+FFFD in silence.</summary>
internal static class Utf8Text
{
    /// <summary>Throws where a record's bytes are not UTF-8.</summary>
    /// <exception cref="BadRecordException">Naming the line and the byte.</exception>
    public static void Require(string path, FileSlice slice)
    {
        ReadOnlySpan<byte> bytes = slice.Bytes.Span;
        int valid = ValidPrefix(bytes);
        if (valid == bytes.Length)
            return;
        long line = slice.Line + bytes[..valid].Count((byte)'\n');
        throw new BadRecordException(
            path, line,
            $"record: expected UTF-8, got the byte {bytes[valid]:X2} at byte {slice.Offset + valid} of the file. "
                + "Convert the file to UTF-8");
    }

    /// <summary>The text of a record's bytes.</summary>
    /// <exception cref="BadRecordException">They are not UTF-8.</exception>
    public static string Decode(string path, FileSlice slice)
    {
        Require(path, slice);
        return Encoding.UTF8.GetString(slice.Bytes.Span);
    }

    /// <summary>Bytes before the first that is not UTF-8.</summary>
    private static int ValidPrefix(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            return bytes.Length;
        int at = 0;
        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes[at..], out _, out int used) == OperationStatus.Done)
            at += used;
        return at;
    }
}
