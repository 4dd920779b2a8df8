using System.Buffers;
using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Decodes ids one at a time. Bytes that may still become a character are held back; bytes that cannot are shown as
/// U+FFFD, one for each maximal subpart (Unicode, chapter 3; WHATWG). What is shown is never taken back. Not
/// thread-safe.
/// </summary>
public sealed class StreamingDecoder
{
    private const int LongestSequence = 4;

    private readonly TokenTable _tokens;
    private readonly bool _skipSpecialTokens;
    private byte[] _bytes = new byte[64];
    private int _held;

    internal StreamingDecoder(TokenTable tokens, bool skipSpecialTokens)
    {
        _tokens = tokens;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>
    /// The text that may be shown now and was not before; often empty. An id that no token has is an error.
    /// </summary>
    public string Append(int id)
    {
        ReadOnlySpan<byte> token = _tokens.Bytes(id);
        if (_skipSpecialTokens && _tokens.IsSpecial(id))
            return "";
        int length = _held + token.Length;
        if (_bytes.Length < length)
            Array.Resize(ref _bytes, 2 * length);
        token.CopyTo(_bytes.AsSpan(_held));
        _held = OpenEnd(_bytes.AsSpan(0, length));
        string shown = Encoding.UTF8.GetString(_bytes, 0, length - _held);
        _bytes.AsSpan(length - _held, _held).CopyTo(_bytes);
        return shown;
    }

    /// <summary>The bytes still held back, as U+FFFD; the decoder can then start anew.</summary>
    public string Finish()
    {
        string shown = Encoding.UTF8.GetString(_bytes, 0, _held);
        _held = 0;
        return shown;
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
