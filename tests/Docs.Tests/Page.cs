using System.Text.RegularExpressions;
using MolEngine.Evaluation.Tasks;
using MolEngine.Support;
using MolEngine.Trainer.Cli;

namespace MolEngine.Docs.Tests;

/// <summary>Runs, reads or checks every block of a page, in the page's order.</summary>
internal sealed partial class Page(Ground ground, string name, string text)
{
    /// <summary>Every page whose blocks a reader may type.</summary>
    public static IEnumerable<string> All =>
    [
        "README.md", "CONTRIBUTING.md",
        .. Directory.GetFiles(Path.Combine(Shared.Repository, "docs"), "*.md").Select(Shown).Order(),
        .. Directory.GetFiles(Path.Combine(Shared.Repository, "examples"), "README.md", SearchOption.AllDirectories)
            .Select(Shown).Order(),
    ];

    private readonly List<string> _said = [];

    /// <exception cref="Xunit.Sdk.XunitException">A block is wrong, or none of what the tables know.</exception>
    /// <exception cref="UserException">A block of YAML is wrong.</exception>
    public void Check()
    {
        IReadOnlyList<Block> blocks = Block.In(name, text);
        BlockKind[] kinds = [.. blocks.Select(Tables.KindOf)];
        RefuseStale(blocks);
        (string Pattern, string Reason)[] notRun =
            [.. Tables.NotRun.Where(n => n.Page == name).Select(n => (n.Pattern, n.Reason))];
        using var sandbox = new Sandbox(ground, notRun.Select(n => n.Pattern));

        // A first config is written where none is.
        if (text.Contains("molengine init ", StringComparison.Ordinal))
            File.Delete(Path.Combine(sandbox.Root, "run.yaml"));
        foreach (string run in Tables.Earlier.GetValueOrDefault(name, []))
            ground.LinkRun(run, sandbox.Root);
        foreach ((Block block, BlockKind kind) in blocks.Zip(kinds))
            Take(block, kind, sandbox);
        sandbox.StopServers();
        foreach ((Block block, BlockKind kind) in blocks.Zip(kinds).Where(b => b.Second == BlockKind.Output))
            AssertPrinted(block);
        foreach ((string pattern, string reason) in notRun)
        {
            string[][] lines = [.. sandbox.Noted.Where(n => n.Pattern == pattern).Select(n => n.Arguments)];
            Assert.True(lines.Length > 0, $"{name}: {pattern} ({reason}): expected a line of the page, got none");
            foreach (string[] line in lines.Where(_ => pattern.StartsWith("molengine ", StringComparison.Ordinal)))
                AssertUnderstood(line);
        }
    }

    private void Take(Block block, BlockKind kind, Sandbox sandbox)
    {
        switch (kind)
        {
            case BlockKind.Shell:
                _said.AddRange(sandbox.Shell(block.Text, block.Place).Split('\n').Select(Form));
                break;
            case BlockKind.Python:
                _ = sandbox.Python(block.Text, block.Place);
                break;
            case BlockKind.Yaml:
                YamlBlocks.Load(block, sandbox.Root);
                WriteFile(block, sandbox.Root);
                break;
            case BlockKind.Synopsis:
                Usage.Check(block);
                break;
            default:
                break;
        }
    }

    /// <summary>What later lines of the page mean by the block, as a file.</summary>
    private void WriteFile(Block block, string folder)
    {
        foreach ((_, _, string file, (string Is, string Becomes)[] shorter) in Tables.Files.Where(
            f => f.Page == name && block.FirstLine.StartsWith(f.Begins, StringComparison.Ordinal)))
        {
            string yaml = block.Text;
            foreach ((string from, string to) in shorter)
            {
                Assert.True(yaml.Contains(from), $"{block.Place}: {from}: expected it in the block, got it nowhere");
                yaml = yaml.Replace(from, to);
            }

            File.WriteAllText(Path.Combine(folder, file), yaml);
        }
    }

    /// <summary>Every line of the block must have been printed, numbers and widths of columns apart.</summary>
    private void AssertPrinted(Block block)
    {
        foreach (string line in block.Text.Split('\n'))
        {
            Assert.True(
                _said.Contains(Form(line)),
                $"{block.Place}: {line}: expected a line that a command of this page prints, got:\n"
                + string.Join('\n', _said));
        }
    }

    private void AssertUnderstood(string[] line)
    {
        Verb? verb = VerbTable.All().FirstOrDefault(v => v.Name == line[0]);
        Assert.True(verb is not null, $"{name}: {line[0]}: expected a verb");
        Assert.Empty(CommandLine.Parse(verb, line[1..]).Errors.Select(e => $"{name}: {e.Message}"));
        int tasks = Array.IndexOf(line, "--tasks");
        if (tasks > 0)
            _ = TaskLibrary.Find(line[tasks + 1]);
    }

    private void RefuseStale(IReadOnlyList<Block> blocks)
    {
        foreach (string begins in Tables.Blocks.Where(b => b.Page == name).Select(b => b.Begins)
            .Concat(Tables.Files.Where(f => f.Page == name).Select(f => f.Begins)))
        {
            Assert.True(
                blocks.Any(b => b.FirstLine.StartsWith(begins, StringComparison.Ordinal)),
                $"{name}: {begins}: expected a block that begins so, got none. Take it out of {nameof(Tables)}");
        }
    }

    private static string Form(string line) => Spaces().Replace(Number().Replace(line, "#"), " ").Trim();

    private static string Shown(string path) => Path.GetRelativePath(Shared.Repository, path).Replace('\\', '/');

    [GeneratedRegex(@"[+-]?\d[\d,]*(\.\d+)*")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
