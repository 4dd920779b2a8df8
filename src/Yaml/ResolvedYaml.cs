using System.Text;

namespace MolEngine.Yaml;

/// <summary>Writes resolved values as the YAML that gives them back.</summary>
public static class ResolvedYaml
{
    private const string Null = "null";

    public static string Write(IEnumerable<ResolvedValue> values)
    {
        var yaml = new StringBuilder();
        string[] open = [];
        foreach ((string path, string text) in Folded([.. values]))
        {
            string[] parts = path.Replace("[", ".[").Split('.');
            int same = 0;
            while (same < Math.Min(open.Length, parts.Length - 1) && open[same] == parts[same])
                same++;
            bool item = false;
            for (int i = same; i < parts.Length - 1; i++)
            {
                if (parts[i][0] == '[')
                    item = true;
                else
                    yaml.Append(' ', 2 * i).Append(parts[i]).Append(":\n");
            }

            int depth = parts.Length - 1;
            yaml.Append(' ', 2 * (item ? depth - 1 : depth)).Append(item ? "- " : "");
            yaml.Append(parts[^1]).Append(": ").Append(text).Append('\n');
            open = parts[..^1];
        }

        return yaml.ToString();
    }

    /// <summary>A section with nothing in it becomes one line: <c>questions: null</c>.</summary>
    private static IEnumerable<(string Path, string Text)> Folded(IReadOnlyList<ResolvedValue> values)
    {
        HashSet<string> filled = [.. values.Where(v => v.Text != Null).SelectMany(v => KeyTable.Parents(v.Path))];
        return values
            .Select(v => KeyTable.Parents(v.Path).FirstOrDefault(p => !filled.Contains(p)) is { } empty
                ? (empty, Null)
                : (v.Path, v.Text))
            .Distinct();
    }
}
