namespace MolEngine.Docs.Tests;

/// <summary>A block of code on a page: fenced, or indented by four blanks.</summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">The first line of the code.</param>
/// <param name="Language">What stands behind the fence, or nothing.</param>
internal sealed record Block(string Page, int Line, string Language, string Text)
{
    private const string Fence = "```", Indent = "    ";

    public string Place => $"{Page}:{Line}";

    public string FirstLine => Text.Split('\n')[0].Trim();

    /// <summary>All blocks of a page, in its order.</summary>
    public static IReadOnlyList<Block> In(string page, string text)
    {
        string[] lines = text.Split('\n');
        var blocks = new List<Block>();
        for (int i = 0; i < lines.Length; i++)
        {
            int begin = i;
            if (lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                begin++;
                i = Array.FindIndex(lines, begin, l => l.StartsWith(Fence, StringComparison.Ordinal));
                Assert.True(i > 0, $"{page}:{begin}: expected an end of this block, got none");
                blocks.Add(Of(begin, i, lines[begin - 1][Fence.Length..].Trim(), 0));
            }
            else if (IsIndented(lines[i]) && (i == 0 || lines[i - 1].Length == 0))
            {
                while (i + 1 < lines.Length && (IsIndented(lines[i + 1]) || lines[i + 1].Length == 0))
                    i++;
                blocks.Add(Of(begin, i + 1, "", Indent.Length));
            }
        }

        return blocks;

        Block Of(int begin, int end, string language, int indent) => new(
            page, begin + 1, language,
            string.Join('\n', lines[begin..end].Select(l => l.Length > indent ? l[indent..] : l)).TrimEnd());
    }

    private static bool IsIndented(string line) => line.StartsWith(Indent, StringComparison.Ordinal);
}
