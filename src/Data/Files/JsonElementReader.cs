using System.Buffers;
using MolEngine.Basics.Text;

namespace MolEngine.Data.Files;

/// <summary>
/// Splits JSON that goes over several lines into its records without parsing them: brackets and strings are all it
/// knows. One record is in memory at a time.
/// </summary>
internal sealed class JsonElementReader(CorpusContent content)
{
    private static readonly SearchValues<byte> Structural = SearchValues.Create("\"{}[]"u8);

    private readonly ByteWindow _window = content.Window;
    private long _line = 1;
    private long _count;

    /// <summary>The elements of an array, in order. The bytes of one live until the next is asked for.</summary>
    /// <exception cref="BadRecordException">The array itself is broken: nothing after that place can be
    /// read.</exception>
    public IEnumerable<FileSlice> Array()
    {
        NextByte();
        long opened = _line;
        string whole = $"the array of line {opened} closed";
        _window.Take(1);
        for (int next = NextByte(); next != ']'; next = NextByte())
        {
            if (_count > 0)
            {
                Require(next == ',', "a comma or ] after a record", next, whole);
                _window.Take(1);
                next = NextByte();
                if (next == ']')
                    throw Problem("a record after the comma", "']' (the last record has no comma)");
            }

            Require(next >= 0 && ",]}:".IndexOf((char)next) < 0, "a record", next, whole);
            yield return Element(whole);
        }

        _window.Take(1);
        int after = NextByte();
        if (after >= 0)
            throw Problem("nothing after the array", JsonMistake.Shown(_window.Span));
    }

    /// <summary>Objects one after the other, each over several lines.</summary>
    /// <inheritdoc cref="Array"/>
    public IEnumerable<FileSlice> Objects()
    {
        for (int next = NextByte(); next >= 0; next = NextByte())
        {
            string whole = $"the object of line {_line} closed";
            Require(next == '{', "an object { after the one before", next, whole);
            yield return Element(whole);
        }
    }

    private FileSlice Element(string whole)
    {
        int length = ElementLength();
        if (length < 0)
            throw Problem(whole, "the end of the file inside a record");
        (long line, long offset) = (_line, _window.Offset);
        ReadOnlyMemory<byte> bytes = _window.Take(length);
        _line += bytes.Span.Count((byte)'\n');
        _count++;
        return new FileSlice(bytes, line, offset);
    }

    private void Require(bool right, string expected, int got, string whole)
    {
        if (!right)
            throw got < 0 ? Problem(whole, "the end of the file") : Problem(expected, JsonMistake.Shown(_window.Span));
    }

    private BadRecordException Problem(string expected, string got) => new(
        content.Path, _line,
        $"JSON: expected {expected}, got {got} {content.Place(_window.Offset)} ({Counts.Of(_count, "record")} read)");

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

    /// <summary>Moves behind the string's end or behind an escape, or to an escape that is not whole yet.</summary>
    private static int StepInString(ReadOnlySpan<byte> bytes, int at, ref bool inString)
    {
        int found = bytes[at..].IndexOfAny((byte)'"', (byte)'\\');
        if (found < 0)
            return bytes.Length;
        at += found;
        inString = bytes[at] == '\\';
        return !inString ? at + 1 : at + 1 == bytes.Length ? at : at + 2;
    }

    /// <summary>
    /// Moves from one bracket or quote to behind the next; within a bare number or word, a byte at a time.
    /// </summary>
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
