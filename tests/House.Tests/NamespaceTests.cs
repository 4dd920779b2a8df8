namespace MolEngine.House.Tests;

/// <summary>No two rooms lean on each other, and a file lies where its namespace says.</summary>
public sealed class NamespaceTests
{
    [Fact]
    public void No_namespaces_form_a_cycle()
    {
        NamespaceGraph graph = NamespaceGraph.Of(
            House.Sources("src").Select(f => (House.Shown(f), File.ReadAllText(f))), ["MolEngine.Basics"]);

        // A graph of nothing has no cycle either.
        Assert.Contains(("MolEngine.Engine.Weights", "MolEngine.Kernels.Tensors"), graph.Edges.Keys);
        Assert.True(graph.Edges.Count > 150, $"{graph.Edges.Count} edges");
        IReadOnlyList<string> cycle = graph.ShortestCycle();
        Assert.True(
            cycle.Count == 0,
            $"namespaces: expected no cycle, got {string.Join(" -> ", cycle)}:{graph.Describe(cycle)}\n"
            + "Move what both need into a room below them, or hand it over as an argument.");
    }

    [Fact]
    public void A_file_lies_in_the_folder_of_its_namespace()
    {
        string[] strays =
        [
            .. House.Sources("src", "tests", "tools").Select(f => (File: House.Shown(f), Stated: NamespaceIn(f)))
                .Where(f => f.Stated is not null && f.Stated != Expected(f.File))
                .Select(f => $"{f.File}: namespace: expected {Expected(f.File)}, got {f.Stated}"),
        ];
        Assert.True(strays.Length == 0, string.Join('\n', strays) + "\nMove the file, or name its folder's namespace.");
    }

    [Theory]
    [InlineData("using P.B;\nnamespace P.A;\nclass X { Y? y; }", "namespace P.B;\nclass Y { P.A.X? x; }")]
    [InlineData("namespace P.A;\nclass X { B.Y? y; }", "using P.A;\nnamespace P.B;\nclass Y { void M(X x) { } }")]
    [InlineData(
        "namespace P.A;\nclass X { }\nstatic class E { public static void Go(this string s) => new P.B.Y(); }",
        "using P.A;\nnamespace P.B;\nclass Y { void M() => \"\".Go(); }")]
    [InlineData(
        "namespace P.A;\n/// <summary><see cref=\"P.B.Y\"/></summary>\nclass X { }",
        "namespace P.B;\nclass Y : P.A.X { }")]
    public void A_planted_cycle_is_found_with_a_file_for_each_step(string a, string b)
    {
        NamespaceGraph graph = NamespaceGraph.Of([("a.cs", a), ("b.cs", b)], []);
        IReadOnlyList<string> cycle = graph.ShortestCycle();
        Assert.Equal(3, cycle.Count);
        Assert.Equal(cycle[0], cycle[^1]);
        Assert.Contains(" in a.cs", graph.Describe(cycle));
        Assert.Contains(" in b.cs", graph.Describe(cycle));
    }

    [Fact]
    public void The_shortest_of_several_cycles_is_told()
    {
        NamespaceGraph graph = NamespaceGraph.Of(
        [
            ("a.cs", "namespace P.A;\nclass A { P.B.B? b; }"), ("b.cs", "namespace P.B;\nclass B { P.C.C? c; }"),
            ("c.cs", "namespace P.C;\nclass C { P.A.A? a; P.D.D? d; }"),
            ("d.cs", "namespace P.D;\nclass D { P.C.C? c; }"),
        ], []);
        Assert.Equal(["P.C", "P.D", "P.C"], graph.ShortestCycle());
    }

    [Fact]
    public void A_room_and_its_alcoves_are_one()
    {
        NamespaceGraph graph = NamespaceGraph.Of(
            [("a.cs", "namespace P.A;\nclass X { P.A.B.Y? y; }"), ("b.cs", "namespace P.A.B;\nclass Y { X? x; }")], []);
        Assert.Empty(graph.ShortestCycle());
    }

    private static string? NamespaceIn(string file) => File.ReadLines(file)
        .FirstOrDefault(l => l.StartsWith("namespace ", StringComparison.Ordinal))?["namespace ".Length..].TrimEnd(';');

    /// <summary>
    /// src/Data/Files/X.cs is of MolEngine.Data.Files; tools and tests leave their first folder out too.
    /// </summary>
    private static string Expected(string file) => "MolEngine." + string.Join('.', file.Split('/')[1..^1]);
}
