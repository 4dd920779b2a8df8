using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MolEngine.House.Tests;

/// <summary>
/// Which namespace takes a name from which: every type, member and extension method that a source names, as the
/// compiler binds it, in comments too. A namespace and those nested in it are one room with alcoves: between them
/// nothing is counted.
/// </summary>
internal sealed class NamespaceGraph
{
    /// <summary>For each pair of namespaces a source that takes a name, and the name.</summary>
    private readonly Dictionary<(string From, string To), (string File, string Name)> _edges = [];

    private NamespaceGraph()
    {
    }

    public IReadOnlyDictionary<(string From, string To), (string File, string Name)> Edges => _edges;

    /// <summary>The graph of sources that are compiled together.</summary>
    /// <param name="sources">Each with the path that failures name.</param>
    /// <param name="globalUsings">Namespaces that every source sees, those of the framework apart.</param>
    public static NamespaceGraph Of(
        IEnumerable<(string Path, string Text)> sources, IReadOnlyList<string> globalUsings)
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.Parse);
        SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, options, path);
        string[] framework =
        [
            "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
            "System.Threading.Tasks",
        ];
        string usings = string.Concat(framework.Concat(globalUsings).Select(u => $"global using {u};\n"));
        SyntaxTree[] trees = [.. sources.Select(s => Parse(s.Text, s.Path))];
        var compilation = CSharpCompilation.Create(
            "house", [.. trees, Parse(usings, "")], Framework(),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true));
        var graph = new NamespaceGraph();
        Parallel.ForEach(trees, tree => graph.Add(compilation.GetSemanticModel(tree), tree));
        return graph;
    }

    /// <summary>The shortest cycle of namespaces, the first again at the end; empty where there is none.</summary>
    public IReadOnlyList<string> ShortestCycle()
    {
        ILookup<string, string> next = _edges.Keys.Order().ToLookup(e => e.From, e => e.To);
        IReadOnlyList<string> shortest = [];
        foreach (string start in next.Select(g => g.Key))
        {
            IReadOnlyList<string> cycle = ShortestFrom(start, next);
            if (cycle.Count > 0 && (shortest.Count == 0 || cycle.Count < shortest.Count))
                shortest = cycle;
        }

        return shortest;
    }

    /// <summary>A cycle step by step, each with a source and the name that it takes.</summary>
    public string Describe(IReadOnlyList<string> cycle) => string.Concat(cycle.Zip(cycle.Skip(1)).Select(step =>
    {
        (string file, string name) = _edges[step];
        return $"\n  {step.First} takes {name} from {step.Second} in {file}";
    }));

    private static IReadOnlyList<string> ShortestFrom(string start, ILookup<string, string> next)
    {
        var before = new Dictionary<string, string>();
        var queue = new Queue<string>([start]);
        while (queue.TryDequeue(out string? at))
        {
            foreach (string to in next[at])
            {
                if (to == start)
                    return Way(start, at, before);
                if (before.TryAdd(to, at))
                    queue.Enqueue(to);
            }
        }

        return [];
    }

    private static List<string> Way(string start, string end, Dictionary<string, string> before)
    {
        var path = new List<string> { start };
        for (string at = end; at != start; at = before[at])
            path.Insert(0, at);
        path.Insert(0, start);
        return path;
    }

    private void Add(SemanticModel model, SyntaxTree tree)
    {
        string from = NamespaceOf(tree);
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes(descendIntoTrivia: true))
        {
            SymbolInfo info = node switch
            {
                SimpleNameSyntax { IsVar: false } name => model.GetSymbolInfo(name),
                CrefSyntax cref => model.GetSymbolInfo(cref),
                _ => default,
            };
            ISymbol? symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
            if (symbol is not null and not INamespaceSymbol && symbol.Locations.Any(l => l.IsInSource))
                Add(from, Full(symbol.ContainingNamespace), tree.FilePath, node.ToString());
        }
    }

    private void Add(string from, string to, string file, string name)
    {
        if (from == to || to.Length == 0 || from.Length == 0 || IsWithin(from, to) || IsWithin(to, from))
            return;
        lock (_edges)
        {
            if (!_edges.TryGetValue((from, to), out (string File, string) known)
                || string.CompareOrdinal(file, known.File) < 0)
            {
                _edges[(from, to)] = (file, name);
            }
        }
    }

    private static bool IsWithin(string inner, string outer) =>
        inner.StartsWith(outer + ".", StringComparison.Ordinal);

    private static string Full(INamespaceSymbol? space) =>
        space is null or { IsGlobalNamespace: true } ? "" : space.ToDisplayString();

    private static string NamespaceOf(SyntaxTree tree) => tree.GetRoot().DescendantNodes()
        .OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "";

    private static IEnumerable<MetadataReference> Framework() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(f => Path.GetFileName(f).StartsWith("System.", StringComparison.Ordinal)
                || Path.GetFileName(f) is "mscorlib.dll" or "netstandard.dll" or "Microsoft.Win32.Registry.dll")
            .Select(f => MetadataReference.CreateFromFile(f));
}
