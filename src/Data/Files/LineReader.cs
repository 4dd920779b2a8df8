namespace MolEngine.Data.Files;

/// <summary>Splits a file at LF (and CRLF). Only those end a line: U+2028 and a lone CR are text.</summary>
internal static class LineReader
{
    /// <summary>Every line, blank ones too. The bytes of a line live until the next one is asked for.</summary>
    public static IEnumerable<FileSlice> Read(ByteWindow window)
    {
        long number = 1;
        int searched = 0;
        for (bool more = true; more;)
        {
            int newline = window.Span[searched..].IndexOf((byte)'\n');
            if (newline < 0)
            {
                searched = window.Span.Length;
                more = window.Grow(number);
                continue;
            }

            long offset = window.Offset;
            ReadOnlyMemory<byte> line = window.Take(searched + newline + 1)[..^1];
            searched = 0;
            yield return new FileSlice(WithoutReturn(line), number++, offset);
        }

        long last = window.Offset;
        if (window.Span.Length > 0)
            yield return new FileSlice(WithoutReturn(window.Take(window.Span.Length)), number, last);
    }

    /// <summary>Whether a line holds nothing but spaces and tabs.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;

    private static ReadOnlyMemory<byte> WithoutReturn(ReadOnlyMemory<byte> line) =>
        line.Length > 0 && line.Span[^1] == '\r' ? line[..^1] : line;
}
