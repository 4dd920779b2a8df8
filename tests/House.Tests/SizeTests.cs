namespace MolEngine.House.Tests;

/// <summary>
/// Files to 350 lines, methods to 60, lines to 120 columns. What is larger today is listed with its size, and the list
/// may only shrink: what has become smaller must be listed so, and what fits must leave the list.
/// </summary>
public sealed class SizeTests
{
    private const int FileLines = 350, MethodLines = 60, Columns = 120;

    private static readonly string List = Path.Combine(House.Root, "tests", "House.Tests", "larger-today.txt");

    [Fact]
    public void Files_methods_and_lines_are_small_and_the_exceptions_shrink()
    {
        SortedDictionary<string, int> today = new(StringComparer.Ordinal);
        foreach (string file in House.Sources("src", "tests", "tools"))
        {
            foreach ((string what, int size) in Oversizes(House.Shown(file), File.ReadAllText(file)))
                today[what] = size;
        }

        Assert.True(today.Keys.Count < 100_000);
        Dictionary<string, int> listed = File.ReadLines(List).Where(l => l.Length > 0 && l[0] != '#')
            .Select(l => l.Split(' ', 2)).ToDictionary(l => l[1], l => int.Parse(l[0]));
        string[] faults =
        [
            .. today.Where(t => !listed.ContainsKey(t.Key)).Select(t => $"{t.Key}: {t.Value} is too large"),
            .. today.Where(t => listed.TryGetValue(t.Key, out int was) && t.Value > was)
                .Select(t => $"{t.Key}: {t.Value} has grown from {listed[t.Key]}"),
            .. listed.Where(l => today.GetValueOrDefault(l.Key) < l.Value)
                .Select(
                    l => $"{l.Key}: is smaller than listed: write {today.GetValueOrDefault(l.Key)}, or nothing for 0"),
        ];
        Assert.True(
            faults.Length == 0,
            $"{string.Join('\n', faults)}\nExpected files of at most {FileLines} lines, methods of {MethodLines}, "
            + $"lines of {Columns} columns. Cut by ideas: a part that has a name of its own is a type of its own. "
            + $"Only sizes that fell change {House.Shown(List)}.");
    }

    [Fact]
    public void What_is_too_large_is_seen()
    {
        string body = string.Concat(Enumerable.Repeat("        _ = 1;\n", MethodLines));
        string source = $"class A\n{{\n    void M()\n    {{\n{body}    }}\n}}\n";
        Assert.Equal([("x.cs: method M", MethodLines + 3)], Oversizes("x.cs", source));
        Assert.Equal([("x.cs: wide lines", 1)], Oversizes("x.cs", new string('/', Columns + 1) + "\n//\n"));
        Assert.Equal([("x.cs: lines", FileLines + 1)], Oversizes(
            "x.cs", string.Concat(Enumerable.Repeat("//\n", FileLines + 1))));
        Assert.Empty(Oversizes("x.cs", new string('/', Columns) + "\n"));
    }

    private static IEnumerable<(string What, int Size)> Oversizes(string file, string text)
    {
        string[] lines = text.TrimEnd('\n').Split('\n');
        if (lines.Length > FileLines)
            yield return ($"{file}: lines", lines.Length);
        int wide = lines.Count(l => l.Length > Columns);
        if (wide > 0)
            yield return ($"{file}: wide lines", wide);
        var large = SourceText.Methods(SourceText.Parse(text)).Where(m => m.Lines > MethodLines).GroupBy(m => m.Name);
        foreach (var method in large)
            yield return ($"{file}: method {method.Key}", method.Max(m => m.Lines));
    }
}
