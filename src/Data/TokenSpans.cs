using System.Text;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Data;

/// <summary>Which tokens of a text lie in some of its parts.</summary>
internal static class TokenSpans
{
    /// <summary>The tokens of a text, and for each whether a character of it lies in a span.</summary>
    /// <remarks>
    /// Places are found by decoding: exact where that gives the text back, as it is or in the tokenizer's normal form.
    /// Where it does not (characters that the vocabulary has not), the parts are encoded one by one, so that no token
    /// crosses a border.
    /// </remarks>
    /// <param name="spans">In order, none overlapping another.</param>
    public static (int[] Ids, bool[] Inside) Encode(Tokenizer tokenizer, string text, IReadOnlyList<TextSpan> spans)
    {
        int[] ids = tokenizer.Encode(text, addSpecialTokens: false);
        int[] ends = new int[ids.Length];
        var decoded = new StringBuilder();
        StreamingDecoder decoder = tokenizer.CreateDecoder(skipSpecialTokens: false);
        for (int i = 0; i < ids.Length; i++)
        {
            decoded.Append(decoder.Append(ids[i]));
            ends[i] = decoded.Length;
        }

        decoded.Append(decoder.Finish());
        string back = decoded.ToString();
        if (back == text)
            return (ids, Inside(ends, back.Length, spans));
        (string normal, TextSpan[] moved) = Normalized(text, spans);
        return back == normal ? (ids, Inside(ends, back.Length, moved)) : Parts(tokenizer, text, spans);
    }

    /// <param name="ends">For each token how much of the text is known with it.</param>
    private static bool[] Inside(int[] ends, int length, IReadOnlyList<TextSpan> spans)
    {
        bool[] inside = new bool[ends.Length];
        int next = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            // A token that only begins a character is of the character that shows with a later one.
            int start = i == 0 ? 0 : ends[i - 1], end = Math.Min(length, Math.Max(ends[i], start + 1));
            while (next < spans.Count && spans[next].End <= start)
                next++;
            inside[i] = next < spans.Count && spans[next].Start < end;
        }

        return inside;
    }

    /// <summary>The text in NFC, part by part, and where the spans then lie.</summary>
    private static (string Text, TextSpan[] Spans) Normalized(string text, IReadOnlyList<TextSpan> spans)
    {
        var normal = new StringBuilder();
        var moved = new List<TextSpan>();
        foreach ((string part, bool isSpan) in Cut(text, spans))
        {
            int start = normal.Length;
            normal.Append(Nfc.Normalize(part));
            if (isSpan)
                moved.Add(new(start, normal.Length));
        }

        return (normal.ToString(), [.. moved]);
    }

    private static (int[] Ids, bool[] Inside) Parts(Tokenizer tokenizer, string text, IReadOnlyList<TextSpan> spans)
    {
        var ids = new List<int>();
        var inside = new List<bool>();
        foreach ((string part, bool isSpan) in Cut(text, spans))
        {
            int[] own = tokenizer.Encode(part, addSpecialTokens: false);
            ids.AddRange(own);
            inside.AddRange(Enumerable.Repeat(isSpan, own.Length));
        }

        return ([.. ids], [.. inside]);
    }

    private static IEnumerable<(string Part, bool IsSpan)> Cut(string text, IReadOnlyList<TextSpan> spans)
    {
        int done = 0;
        foreach (TextSpan span in spans)
        {
            yield return (text[done..span.Start], false);
            yield return (span.Of(text), true);
            done = span.End;
        }

        yield return (text[done..], false);
    }
}
