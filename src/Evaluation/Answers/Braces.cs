namespace MolEngine.Evaluation.Answers;

/// <summary>Braces of LaTeX.</summary>
internal static class Braces
{
    /// <summary>The place of the brace that closes the one at <paramref name="open"/>; -1 where none does.</summary>
    public static int Close(string text, int open)
    {
        int depth = 0;
        for (int i = open; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '{')
                depth++;
            else if (text[i] == '}' && --depth == 0)
                return i;
        }

        return -1;
    }
}
