using System.Text.RegularExpressions;
using MolEngine.Evaluation.Tasks;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Experiments;

namespace MolEngine.Docs.Tests;

/// <summary>Reads a block of YAML as what its keys say it is.</summary>
internal static partial class YamlBlocks
{
    public static IEnumerable<string> KeysOf(string yaml) => TopKey().Matches(yaml).Select(m => m.Groups[1].Value);

    /// <param name="folder">Where the files are that the block names.</param>
    /// <exception cref="UserException">The block is wrong.</exception>
    public static void Load(Block block, string folder)
    {
        string[] keys = [.. KeysOf(block.Text)];
        string source = Path.Combine(folder, "block.yaml");
        if (keys.Contains("task"))
            _ = TaskReader.Read(block.Text, source);
        else if (keys.Contains("cells") || keys.Contains("seeds"))
            _ = ExperimentReader.Parse(block.Text, source);
        else if (keys.Contains("model") && keys.Contains("data"))
            _ = RunConfigLoader.Parse(block.Text, source);
        else
            _ = RunConfigLoader.Parse(StandInRuns.With(block.Text), source);
    }

    [GeneratedRegex(@"^([a-z_]+):", RegexOptions.Multiline)]
    private static partial Regex TopKey();
}
