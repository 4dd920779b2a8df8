namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// Looks at what stands in no bracket of an answer. Brackets close each other whatever their kind: (3, 4].
/// </summary>
internal static class TopLevel
{
    /// <summary>The parts of a text between separators that stand in no bracket and no environment.</summary>
    public static List<string> Split(string text, params ReadOnlySpan<string> separators)
    {
        List<string> parts = [];
        int start = 0;
        for (int i = 0, depth = 0; i < text.Length; i++)
        {
            if (depth <= 0 && Separator(text, i, separators) is { } separator)
            {
                parts.Add(text[start..i]);
                i += separator.Length - 1;
                start = i + 1;
                continue;
            }

            depth += Step(text, ref i);
        }

        parts.Add(text[start..]);
        return parts;
    }

    /// <summary>The place of the bracket that closes the first one of a text; -1 where none does.</summary>
    public static int Close(string text)
    {
        for (int i = 0, depth = 0; i < text.Length; i++)
        {
            depth += Step(text, ref i);
            if (depth == 0)
                return i;
        }

        return -1;
    }

    /// <summary>How far the depth changes at a place, which moves to the end of a command.</summary>
    private static int Step(string text, ref int i)
    {
        switch (text[i])
        {
            case '(' or '[' or '{':
                return 1;
            case ')' or ']' or '}':
                return -1;
            case '\\' when i + 1 < text.Length:
                if (text.AsSpan(i).StartsWith(@"\begin"))
                    return 1;
                if (text.AsSpan(i).StartsWith(@"\end"))
                    return -1;
                i++;
                return text[i] switch { '{' => 1, '}' => -1, _ => 0 };
            default:
                return 0;
        }
    }

    private static string? Separator(string text, int at, ReadOnlySpan<string> separators)
    {
        foreach (string separator in separators)
        {
            if (!text.AsSpan(at).StartsWith(separator, StringComparison.Ordinal))
                continue;
            int end = at + separator.Length;
            // \in is not the beginning of \infty.
            if (separator[0] != '\\' || end == text.Length || !char.IsAsciiLetter(text[end]) || separator.Length == 2)
                return separator;
        }

        return null;
    }
}
