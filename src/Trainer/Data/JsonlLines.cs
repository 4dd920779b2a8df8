namespace MolEngine.Trainer.Data;

/// <summary>
/// A line of a file: its bytes without line break, its number from 1, and the offset of its first byte in the file.
/// </summary>
internal readonly record struct Line(ReadOnlyMemory<byte> Bytes, long Number, long Offset);

/// <summary>
/// Splits a file at LF (and CRLF). Only those end a line: U+2028 and a lone CR are text. A UTF-8 byte order mark is
/// skipped.
/// </summary>
internal static class JsonlLines
{
    /// <summary>A longer line is no record of a corpus but a file of another kind.</summary>
    private const int LongestLine = 1 << 30;

    private const int FirstBuffer = 1 << 18;

    /// <summary>Every line, blank ones too. The bytes of a line live until the next one is asked for.</summary>
    public static IEnumerable<Line> Read(string path)
    {
        using FileStream file = new(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        byte[] buffer = new byte[FirstBuffer];
        int filled = file.ReadAtLeast(buffer, 4, throwOnEndOfStream: false);
        RefuseOtherFormats(path, buffer.AsSpan(0, filled));
        int start = buffer.AsSpan(0, filled).StartsWith("\uFEFF"u8) ? 3 : 0;
        int searched = start;
        long offset = start;
        long number = 1;
        for (bool ended = false; ;)
        {
            int newline = buffer.AsSpan(searched, filled - searched).IndexOf((byte)'\n');
            if (newline >= 0 || ended)
            {
                int end = newline >= 0 ? searched + newline : filled;
                if (end > start || newline >= 0)
                    yield return new Line(WithoutReturn(buffer.AsMemory(start, end - start)), number++, offset);
                if (newline < 0)
                    yield break;
                offset += end + 1 - start;
                start = searched = end + 1;
                continue;
            }

            // The line goes on beyond the buffer: move what there is of it to the front, and read more.
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            (filled, start) = (filled - start, 0);
            searched = filled;
            if (filled == buffer.Length)
                Array.Resize(ref buffer, Longer(path, number, buffer.Length));
            int read = file.Read(buffer, filled, buffer.Length - filled);
            filled += read;
            ended = read == 0;
        }
    }

    private static int Longer(string path, long number, int length) => length < LongestLine
        ? length * 2
        : throw new UserException(
            $"{path}:{number}: line: expected a JSON record of at most {LongestLine:N0} bytes, got more. Is this a "
                + "JSONL file?");

    private static ReadOnlyMemory<byte> WithoutReturn(ReadOnlyMemory<byte> line) =>
        line.Length > 0 && line.Span[^1] == '\r' ? line[..^1] : line;

    private static void RefuseOtherFormats(string path, ReadOnlySpan<byte> head)
    {
        string? format =
            head.StartsWith<byte>([0xFF, 0xFE]) ? "UTF-16 (by its byte order mark). Convert it to UTF-8"
            : head.StartsWith<byte>([0xFE, 0xFF]) ? "UTF-16 (by its byte order mark). Convert it to UTF-8"
            : head.StartsWith<byte>([0x1F, 0x8B]) ? "gzip. Unpack it first"
            : head.StartsWith<byte>([0x28, 0xB5, 0x2F, 0xFD]) ? "Zstandard. Unpack it first"
            : head.StartsWith("PAR1"u8) ? "Parquet. Convert it to JSONL"
            : null;
        if (format is not null)
            throw new UserException($"{path}: corpus: expected a JSONL file in UTF-8, got {format}");
    }
}
