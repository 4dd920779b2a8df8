using System.Buffers;
using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Finds added tokens in UTF-8: of all that start leftmost, the longest; matches do not overlap. A trie walked from
/// each byte that starts some token. Strips and word borders are decided as in the tokenizers library.
/// </summary>
internal sealed class AddedTokenMatcher
{
    private readonly SearchValues<byte> _firstBytes;
    private readonly Dictionary<(int Node, byte Byte), int> _edges = [];
    private readonly List<AddedToken?> _tokenAt = [null];

    /// <param name="spellings">
    /// Each token with the text that is looked for (for normalised ones, the normalised content). Where two normalise
    /// to the same text the library finds the one that it was given first, special tokens before all others.
    /// </param>
    public AddedTokenMatcher(IEnumerable<(AddedToken Token, string Spelling)> spellings)
    {
        HashSet<byte> firsts = [];
        foreach ((AddedToken token, string spelling) in spellings.OrderByDescending(s => s.Token.Special))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(spelling);
            int node = 0;
            foreach (byte b in bytes)
            {
                if (!_edges.TryGetValue((node, b), out int child))
                {
                    _edges[(node, b)] = child = _tokenAt.Count;
                    _tokenAt.Add(null);
                }

                node = child;
            }

            if (node != 0)
            {
                firsts.Add(bytes[0]);
                _tokenAt[node] ??= token;
            }
        }

        _firstBytes = SearchValues.Create([.. firsts]);
    }

    public bool IsEmpty => _edges.Count == 0;

    /// <summary>
    /// The next token in text at or behind <paramref name="searchFrom"/>. Plain text up to it starts at <paramref
    /// name="plainFrom"/>. False where none is left.
    /// </summary>
    /// <param name="match">The stretch that the token takes, stripped white space included.</param>
    /// <param name="matchEnd">Where the search goes on: the end of the token itself.</param>
    public bool TryNext(
        ReadOnlySpan<byte> text, int searchFrom, int plainFrom, out AddedToken token, out Range match, out int matchEnd)
    {
        while (TryFind(text, searchFrom, out token, out int start, out int end))
        {
            searchFrom = matchEnd = end;
            if (token.SingleWord && !IsSingleWord(text, start, end))
                continue;
            if (token.LeftStrip)
                start = Math.Max(WhiteSpaceBefore(text, start), plainFrom);
            if (token.RightStrip)
                end = WhiteSpaceAfter(text, end);
            // White space that the token before has taken along is not there for another to begin in.
            if (start >= end)
                continue;
            match = start..end;
            return true;
        }

        (match, matchEnd) = (default, text.Length);
        return false;
    }

    private bool TryFind(ReadOnlySpan<byte> text, int from, out AddedToken token, out int start, out int end)
    {
        for (start = from; start < text.Length; start++)
        {
            int skip = text[start..].IndexOfAny(_firstBytes);
            if (skip < 0)
                break;
            start += skip;
            AddedToken? longest = null;
            end = start;
            int node = 0;
            for (int at = start; at < text.Length && _edges.TryGetValue((node, text[at]), out node); at++)
            {
                if (_tokenAt[node] is AddedToken found)
                    (longest, end) = (found, at + 1);
            }

            if (longest is not null)
            {
                token = longest;
                return true;
            }
        }

        (token, end) = (null!, start);
        return false;
    }

    private static bool IsSingleWord(ReadOnlySpan<byte> text, int start, int end) =>
        (start == 0 || !CharClasses.IsWord(Utf8.Decode(text, Utf8.Previous(text, start), out _)))
        && (end == text.Length || !CharClasses.IsWord(Utf8.Decode(text, end, out _)));

    private static int WhiteSpaceBefore(ReadOnlySpan<byte> text, int at)
    {
        while (at > 0)
        {
            int previous = Utf8.Previous(text, at);
            if (!CharClasses.IsWhiteSpace(Utf8.Decode(text, previous, out _)))
                break;
            at = previous;
        }

        return at;
    }

    private static int WhiteSpaceAfter(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && CharClasses.IsWhiteSpace(Utf8.Decode(text, at, out int length)))
            at += length;
        return at;
    }
}
