namespace MolEngine.House.Tests;

/// <summary>Documents name what is there.</summary>
public sealed class DocumentTests
{
    private static readonly string[] Planted =
    [
        "README.md", "src/A/X.cs", "src/A/Deep/Y.cs", "src/A/README.md", "kernels/one.cu", ".ci/run", "docs/a.md",
    ];

    [Fact]
    public void Every_path_that_a_document_names_is_there()
    {
        IReadOnlyList<string> files = House.Files();
        var paths = new NamedPaths(files, House.Passing);
        var named = files.Where(f => f.EndsWith(".md", StringComparison.Ordinal)).SelectMany(
            d => paths.In(d, File.ReadAllText(Path.Combine(House.Root, d))).Select(p => (Document: d, p))).ToList();
        Assert.True(named.Count > 200, $"{named.Count} paths");
        string[] gone =
        [
            .. named.Where(n => !n.p.IsThere)
                .Select(n => $"{n.Document}:{n.p.Line}: {n.p.Path}: expected a path of the repository, got none"),
        ];
        Assert.True(gone.Length == 0, string.Join('\n', gone) + "\nName the path as it is now.");
    }

    [Fact]
    public void Every_project_says_what_it_is()
    {
        string[] mute =
        [
            .. House.Projects("src").Select(p => House.Shown(Path.Combine(Path.GetDirectoryName(p)!, "README.md")))
                .Where(r => !File.Exists(Path.Combine(House.Root, r))),
        ];
        Assert.True(mute.Length == 0, $"{string.Join(", ", mute)}: expected a page about the project, got none");
    }

    [Theory]
    [InlineData("docs/a.md", "See `src/B/X.cs`.", "src/B/X.cs")]
    [InlineData("docs/a.md", "One.\nTwo: src/A/Z.cs.", "src/A/Z.cs")]
    [InlineData("docs/a.md", "[b](b.md)", "b.md")]
    [InlineData("README.md", "[b](docs/b.md#there)", "docs/b.md")]
    [InlineData("src/A/README.md", "| `Gone/` | what |", "Gone/")]
    [InlineData("src/A/README.md", "| `Deep/Z.cs` | what |", "Deep/Z.cs")]
    [InlineData("src/A/README.md", "`../B`", "../B")]
    [InlineData("README.md", "`Z.cs` and `NAME.cuh`", "Z.cs NAME.cuh")]
    [InlineData("README.md", "kernels/NAME.cuh", "kernels/NAME.cuh")]
    [InlineData("README.md", ".ci/walk", ".ci/walk")]
    public void A_planted_path_that_is_not_there_is_found(string document, string text, string gone) => Assert.Equal(
        gone.Split(' '), InPlanted(document, text).Where(p => !p.IsThere).Select(p => p.Path));

    [Theory]
    [InlineData("docs/a.md", "`src/A/X.cs`, src/A and `src/A/Deep/`.", 3)]
    [InlineData("README.md", "[a](docs/a.md), `.ci/run`", 2)]
    [InlineData("src/A/README.md", "`Deep/`, `Deep/Y.cs`, `../A/X.cs`, [all](../../docs/a.md)", 4)]
    [InlineData("README.md", "`X.cs`, `NAME.cu`, `kernels/NAME.cu`, kernels/*.cu", 4)]
    [InlineData("README.md", "runs/one, src/A/bin/Release, ../shared/x, [w](https://src/b), [t](#t)", 0)]
    public void What_is_there_or_elsewhere_is_not_blamed(string document, string text, int paths)
    {
        (string Path, int Line, bool IsThere)[] found = [.. InPlanted(document, text)];
        Assert.All(found, p => Assert.True(p.IsThere, p.Path));
        Assert.Equal(paths, found.Length);
    }

    [Fact]
    public void The_line_is_told() => Assert.Equal(3, InPlanted("README.md", "a\nb\nsrc/B").Single().Line);

    private static IEnumerable<(string Path, int Line, bool IsThere)> InPlanted(string document, string text) =>
        new NamedPaths(Planted, ["bin", "obj", "runs"]).In(document, text);
}
