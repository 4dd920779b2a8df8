using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Decodes ids one at a time. Bytes that may still become a character are held back; bytes that cannot are shown as U+FFFD, one
/// for each maximal subpart (Unicode, chapter 3; WHATWG). What is shown is never taken back. Not thread-safe.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly TokenTable _tokens;
    private readonly bool _skipSpecialTokens;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private char[] _chars = new char[64];

    internal StreamingDecoder(TokenTable tokens, bool skipSpecialTokens)
    {
        _tokens = tokens;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>The text that may be shown now and was not before; often empty. An id that no token has is an error.</summary>
    public string Append(int id)
    {
        ReadOnlySpan<byte> bytes = _tokens.Bytes(id);
        return _skipSpecialTokens && _tokens.IsSpecial(id) ? "" : Convert(bytes, flush: false);
    }

    /// <summary>The bytes still held back, as U+FFFD; the decoder can then start anew.</summary>
    public string Finish() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        int most = Encoding.UTF8.GetMaxCharCount(bytes.Length + 4);
        if (_chars.Length < most)
            _chars = new char[most];
        return new string(_chars, 0, _decoder.GetChars(bytes, _chars, flush));
    }
}
