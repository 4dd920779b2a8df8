namespace MolEngine.Evaluation.Answers;

/// <summary>What a text has in its boxes, <c>\boxed{...}</c> or <c>\fbox{...}</c>.</summary>
internal static class BoxedText
{
    private static readonly string[] Commands = [@"\boxed", @"\fbox"];

    /// <summary>
    /// A box of a text: where its command begins, where it ends, and what is in it. A box that is never closed reaches
    /// to the end of the text: an answer that was cut there is still an answer.
    /// </summary>
    public readonly record struct Box(int Start, int End, string Content);

    /// <summary>The boxes of a text that lie in no other, in their order.</summary>
    public static List<Box> All(string text)
    {
        List<Box> boxes = [];
        for (int at = 0; (at = Next(text, at)) >= 0;)
        {
            Box box = At(text, at);
            if (box.Content.Length > 0)
                boxes.Add(box);
            at = box.End;
        }

        return boxes;
    }

    /// <summary>The content of the last box; null where there is none.</summary>
    public static string? Last(string text) => All(text) is { Count: > 0 } boxes ? boxes[^1].Content : null;

    private static int Next(string text, int from)
    {
        int next = -1;
        foreach (string command in Commands)
        {
            int at = text.IndexOf(command, from, StringComparison.Ordinal);
            if (at >= 0 && (next < 0 || at < next))
                next = at;
        }

        return next;
    }

    private static Box At(string text, int start)
    {
        int at = start + 1;
        while (at < text.Length && char.IsAsciiLetter(text[at]))
            at++;
        while (at < text.Length && text[at] == ' ')
            at++;
        if (at < text.Length && text[at] == '{')
        {
            int close = Braces.Close(text, at);
            return close < 0
                ? new Box(start, text.Length, text[(at + 1)..].Trim())
                : new Box(start, close + 1, text[(at + 1)..close].Trim());
        }

        // \boxed 5$: TeX's short form, which ends with the mathematics around it.
        int end = text.AsSpan(at).IndexOfAny('$', '\n') is >= 0 and int rest ? at + rest : text.Length;
        return new Box(start, end, text[at..end].Trim());
    }
}
