using System.Buffers;
using MolEngine.Basics.Text;

namespace MolEngine.Data.Files;

/// <summary>
/// Splits a JSON array into its elements without parsing them: brackets and strings are all it knows. One element is
/// in memory at a time.
/// </summary>
internal sealed class JsonArrayReader(CorpusContent content)
{
    private static readonly SearchValues<byte> Structural = SearchValues.Create("\"{}[]"u8);

    private readonly ByteWindow _window = content.Window;
    private long _line = 1;

    /// <summary>The elements, in order. The bytes of one live until the next is asked for.</summary>
    /// <exception cref="BadRecordException">The array itself is broken: nothing after that place can be
    /// read.</exception>
    public IEnumerable<FileSlice> Read()
    {
        NextByte();
        long opened = _line;
        _window.Take(1);
        long count = 0;
        for (int next = NextByte(); next != ']'; next = NextByte())
        {
            if (count > 0)
            {
                Require(next == ',', "a comma or ] after a record", next, opened, count);
                _window.Take(1);
                next = NextByte();
            }

            Require(next >= 0 && ",]}:".IndexOf((char)next) < 0, "a record", next, opened, count);
            int length = ElementLength();
            if (length < 0)
                throw Problem($"the array of line {opened} closed", "the end of the file inside a record", count);
            (long line, long offset) = (_line, _window.Offset);
            ReadOnlyMemory<byte> bytes = _window.Take(length);
            _line += bytes.Span.Count((byte)'\n');
            count++;
            yield return new FileSlice(bytes, line, offset);
        }

        _window.Take(1);
        int after = NextByte();
        if (after >= 0)
            throw Problem("nothing after the array", Name(after), count);
    }

    private void Require(bool right, string expected, int got, long opened, long count)
    {
        if (right)
            return;
        throw got < 0
            ? Problem($"the array of line {opened} closed", "the end of the file", count)
            : Problem(expected, Name(got), count);
    }

    private BadRecordException Problem(string expected, string got, long count) => new(
        content.Path, _line,
        $"array: expected {expected}, got {got} at byte {_window.Offset} of the file "
            + $"({Counts.Of(count, "record")} read)");

    private static string Name(int b) => b is > 32 and < 127 ? $"'{(char)b}'" : $"the byte {b:X2}";

    /// <summary>Skips white space; the byte after it, or -1 at the end.</summary>
    private int NextByte()
    {
        while (true)
        {
            int at = _window.Span.IndexOfAnyExcept(" \t\r\n"u8);
            ReadOnlySpan<byte> space = _window.Take(at < 0 ? _window.Span.Length : at).Span;
            _line += space.Count((byte)'\n');
            if (at >= 0)
                return _window.Span[0];
            if (!_window.Grow(_line))
                return -1;
        }
    }

    /// <summary>Bytes of the element that the window starts with; -1 where the file ends inside it.</summary>
    private int ElementLength()
    {
        int at = 0, depth = 0;
        bool inString = false;
        while (true)
        {
            ReadOnlySpan<byte> bytes = _window.Span;
            bool closed = at > 0 && depth == 0 && !inString;
            if (closed && (bytes[0] is (byte)'{' or (byte)'[' or (byte)'"'))
                return at;

            // An escape is two bytes; where the second is not here yet, it is looked at again with it.
            if (at == bytes.Length || (inString && at + 1 == bytes.Length && bytes[at] == '\\'))
            {
                if (!_window.Grow(_line))
                    return -1;
            }
            else if (inString)
            {
                at = StepInString(bytes, at, ref inString);
            }
            else if (closed && EndsScalar(bytes[at]))
            {
                return at;
            }
            else
            {
                at = Step(bytes, at, ref depth, ref inString);
            }
        }
    }

    /// <summary>To behind the string's end or behind an escape, or to an escape that is not whole yet.</summary>
    private static int StepInString(ReadOnlySpan<byte> bytes, int at, ref bool inString)
    {
        int found = bytes[at..].IndexOfAny((byte)'"', (byte)'\\');
        if (found < 0)
            return bytes.Length;
        at += found;
        inString = bytes[at] == '\\';
        return !inString ? at + 1 : at + 1 == bytes.Length ? at : at + 2;
    }

    /// <summary>From one bracket or quote to behind the next; within a bare number or word, a byte at a time.</summary>
    private static int Step(ReadOnlySpan<byte> bytes, int at, ref int depth, ref bool inString)
    {
        int next = depth == 0 ? 0 : bytes[at..].IndexOfAny(Structural);
        if (next < 0)
            return bytes.Length;
        byte found = bytes[at + next];
        inString = found == '"';
        depth += found is (byte)'{' or (byte)'[' ? 1 : found is (byte)'}' or (byte)']' ? -1 : 0;
        return at + next + 1;
    }

    private static bool EndsScalar(byte b) =>
        b is (byte)',' or (byte)']' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
