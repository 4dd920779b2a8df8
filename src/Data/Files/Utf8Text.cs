using System.Buffers;
using System.Text;

namespace MolEngine.Data.Files;

/// <summary>Strict decoding: what is not UTF-8 is an error at its byte, never U+FFFD in silence.</summary>
internal static class Utf8Text
{
    /// <summary>Throws where a record's bytes are not UTF-8.</summary>
    /// <exception cref="BadRecordException">Naming the line and the byte.</exception>
    public static void Require(CorpusContent content, FileSlice slice)
    {
        ReadOnlySpan<byte> bytes = slice.Bytes.Span;
        int valid = ValidPrefix(bytes);
        if (valid < bytes.Length)
            throw Problem(content, slice, valid, $"UTF-8, got the byte {bytes[valid]:X2}", "Convert the file to UTF-8");
    }

    /// <summary>The text of a record's bytes. A zero byte is no text: it is what binary files are full of.</summary>
    /// <exception cref="BadRecordException">They are not UTF-8, or hold a zero.</exception>
    public static string Decode(CorpusContent content, FileSlice slice)
    {
        RequireText(content, slice);
        return Encoding.UTF8.GetString(slice.Bytes.Span);
    }

    /// <inheritdoc cref="Decode"/>
    public static void RequireText(CorpusContent content, FileSlice slice)
    {
        Require(content, slice);
        int zero = slice.Bytes.Span.IndexOf((byte)0);
        if (zero >= 0)
        {
            throw Problem(
                content, slice, zero, "text, got a zero byte", "Is it a binary file, or one that a crash cut off?");
        }
    }

    private static BadRecordException Problem(
        CorpusContent content, FileSlice slice, int at, string detail, string advice) => new(
        content.Path, slice.Line + slice.Bytes.Span[..at].Count((byte)'\n'),
        $"record: expected {detail} {content.Place(slice.Offset + at)}. {advice}");

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
