namespace MolEngine.Data.Files;

/// <summary>
/// Divides lines into pieces of at most so many tokens: between paragraphs where that leaves no piece below half of
/// the limit, else between lines, and within a line only where it is longer than the limit: between words then.
/// </summary>
internal sealed class TextPieces(TextLimit limit)
{
    private readonly List<(string Text, long Line, int Tokens)> _lines = [];
    private long _tokens;

    /// <summary>Takes a line, without its end; gives the pieces that are full.</summary>
    public IEnumerable<(string Text, long Line)> Add(string text, long line)
    {
        int tokens = limit.Count(text + "\n");
        while (_lines.Count > 0 && _tokens + tokens > limit.Tokens)
        {
            if (Piece(_lines.Count > 1 ? Border() : 1) is { } piece)
                yield return piece;
        }

        if (tokens > limit.Tokens)
        {
            foreach (string part in Parts(text))
                yield return (part, line);
            yield break;
        }

        _lines.Add((text, line, tokens));
        _tokens += tokens;
    }

    /// <summary>What is left.</summary>
    public IEnumerable<(string Text, long Line)> Finish()
    {
        while (_lines.Count > 0)
        {
            if (Piece(_lines.Count) is { } piece)
                yield return piece;
        }
    }

    /// <summary>Lines of the next piece: up to the last blank one, if half of the limit comes before it.</summary>
    private int Border()
    {
        long tokens = _tokens;
        for (int n = _lines.Count; n > 1; n--)
        {
            if (string.IsNullOrWhiteSpace(_lines[n - 1].Text))
                return n;
            tokens -= _lines[n - 1].Tokens;
            if (2 * tokens < limit.Tokens)
                break;
        }

        return _lines.Count;
    }

    /// <summary>Takes lines off the front as a piece: fewer where they are more tokens together than one by one. Null:
    /// they were blank.</summary>
    private (string Text, long Line)? Piece(int count)
    {
        string text = Joined(count);
        while (count > 1 && limit.Count(text) > limit.Tokens)
            text = Joined(--count);
        int blank = _lines.FindIndex(l => !string.IsNullOrWhiteSpace(l.Text));
        long line = _lines[Math.Clamp(blank, 0, count - 1)].Line;
        _tokens -= _lines.Take(count).Sum(l => (long)l.Tokens);
        _lines.RemoveRange(0, count);
        return text.Length == 0 ? null : (text, line);
    }

    private string Joined(int count) =>
        PlainTextFormat.WithoutBlankEnds(string.Join('\n', _lines.Take(count).Select(l => l.Text)));

    /// <summary>A long line's parts, each ending before a space where it has one.</summary>
    private IEnumerable<string> Parts(string text)
    {
        int start = 0;
        while (start < text.Length)
        {
            int length = Fitting(text.AsSpan(start));
            int end = start + length;
            if (end < text.Length)
            {
                int space = text.LastIndexOf(' ', end, length);
                end = space > start ? space : char.IsLowSurrogate(text[end]) && length > 1 ? end - 1 : end;
            }

            string part = text[start..end];
            if (!string.IsNullOrWhiteSpace(part))
                yield return part;
            start = end;
        }
    }

    /// <summary>Characters from a text's start that the limit has room for, at least one.</summary>
    private int Fitting(ReadOnlySpan<char> text)
    {
        // A token may hold many characters: what to look at is found by doubling.
        int most = Math.Min(text.Length, limit.Tokens);
        while (most < text.Length && limit.Count(text[..most].ToString()) <= limit.Tokens)
            most = (int)Math.Min(text.Length, 2L * most);
        int least = 1;
        while (least < most)
        {
            int middle = most - ((most - least) / 2);
            if (limit.Count(text[..middle].ToString()) <= limit.Tokens)
                least = middle;
            else
                most = middle - 1;
        }

        return Math.Max(1, least);
    }
}
