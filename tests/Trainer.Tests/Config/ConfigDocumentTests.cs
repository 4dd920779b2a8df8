using MolEngine.Support;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Experiments;

namespace MolEngine.Trainer.Tests.Config;

/// <summary>docs/config.md and docs/experiments.md say what the program does.</summary>
public sealed class ConfigDocumentTests
{
    private const string Open = "<!-- keys -->\n", Close = "<!-- /keys -->";

    private static readonly string Page = Path.Combine(Shared.Repository, "docs", "config.md");

    /// <summary>MOLENGINE_WRITE_DOCS=1 writes the tables anew.</summary>
    [Fact]
    public void The_tables_of_keys_are_the_programs()
    {
        AssertTable("config.md", ConfigManual.Markdown());
        AssertTable("experiments.md", ExperimentManual.Markdown());
    }

    private static void AssertTable(string name, string keys)
    {
        string path = Path.Combine(Shared.Repository, "docs", name), page = File.ReadAllText(path);
        int start = page.IndexOf(Open, StringComparison.Ordinal) + Open.Length;
        int end = page.IndexOf(Close, StringComparison.Ordinal);
        string table = keys + "\n";
        bool isNew = page[start..end] == table;
        if (Environment.GetEnvironmentVariable("MOLENGINE_WRITE_DOCS") == "1")
            File.WriteAllText(path, page[..start] + table + page[end..]);
        else
            Assert.True(isNew, $"docs/{name}: the table of keys is old: MOLENGINE_WRITE_DOCS=1 renews it");
    }

    [Fact]
    public void Its_sample_is_a_config()
    {
        const string Fence = "```";
        string sample = File.ReadAllText(Page).Split($"{Fence}yaml\n")[1].Split(Fence)[0];
        ConfigSchema.AssertFits(ConfigSchema.OfRun, sample, "docs/config.md");
        RunConfigLoader.Parse(sample, "docs/config.md", [], inputsMayBeAbsent: true);
    }
}
