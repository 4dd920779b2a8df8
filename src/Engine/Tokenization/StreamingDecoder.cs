using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Decodes ids one at a time. Bytes that may still become a character are held back; bytes that cannot are shown as
/// U+FFFD, one for each maximal subpart (Unicode, chapter 3; WHATWG). Byte tokens (byte_fallback) wait for the end of
/// their run, which is text or U+FFFD as a whole. What is shown is never taken back. Not thread-safe.
/// </summary>
public sealed class StreamingDecoder
{
    private const int LongestSequence = 4;

    private readonly TokenDecoder _decoder;
    private readonly List<byte> _bytes = [];

    internal StreamingDecoder(TokenTable tokens, bool skipSpecialTokens) =>
        _decoder = new TokenDecoder(tokens, skipSpecialTokens);

    /// <summary>
    /// The text that may be shown now and was not before; often empty, always for an id that no token has.
    /// </summary>
    public string Append(int id)
    {
        _decoder.Append(id, _bytes);
        Span<byte> bytes = CollectionsMarshal.AsSpan(_bytes);
        int shown = bytes.Length - OpenEnd(bytes);
        string text = Encoding.UTF8.GetString(bytes[..shown]);
        _bytes.RemoveRange(0, shown);
        return text;
    }

    /// <summary>What is still held back, incomplete characters as U+FFFD; the decoder can then start anew.</summary>
    public string Finish()
    {
        _decoder.Finish(_bytes);
        string text = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_bytes));
        _bytes.Clear();
        return text;
    }

    /// <summary>
    /// What is still held back, as far as its characters are complete: one that a text was cut within is left out. The
    /// decoder can then start anew.
    /// </summary>
    public string FinishWhole()
    {
        _decoder.Finish(_bytes, OpenEnd);
        Span<byte> bytes = CollectionsMarshal.AsSpan(_bytes);
        string text = Encoding.UTF8.GetString(bytes[..^OpenEnd(bytes)]);
        _bytes.Clear();
        return text;
    }

    /// <summary>
    /// How many bytes at the end begin a character that is not complete yet. Half of a surrogate in three bytes (ED
    /// A0..BF) waits for its third as well, as it does in the reference, whose decoder can be told to let surrogates
    /// pass; it then shows as U+FFFD.
    /// </summary>
    private static int OpenEnd(ReadOnlySpan<byte> bytes)
    {
        if (bytes is [.., 0xED, >= 0xA0 and <= 0xBF])
            return 2;
        for (int count = Math.Min(LongestSequence - 1, bytes.Length); count > 0; count--)
        {
            if (Rune.DecodeFromUtf8(bytes[^count..], out _, out _) == OperationStatus.NeedMoreData)
                return count;
        }

        return 0;
    }
}
