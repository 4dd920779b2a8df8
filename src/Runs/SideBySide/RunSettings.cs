using MolEngine.Runs.Records;
using MolEngine.Yaml;

namespace MolEngine.Runs.SideBySide;

/// <summary>The keys in which the configs of runs differ.</summary>
internal static class RunSettings
{
    /// <summary>Where a run writes decides nothing of it.</summary>
    private const string Output = "output";

    /// <summary>
    /// In the order of the first config that has them; a config that is not there, or no YAML, has none.
    /// </summary>
    public static IReadOnlyList<RunSetting> Differing(IReadOnlyList<RunRecord> runs)
    {
        Dictionary<string, string>[] all = [.. runs.Select(r => Leaves(r.Config))];
        return
        [
            .. all.SelectMany(a => a.Keys).Distinct().Where(key => key != Output)
                .Select(key => new RunSetting(key, [.. all.Select(a => a.GetValueOrDefault(key))]))
                .Where(s => s.Values.Distinct().Count() > 1),
        ];
    }

    private static Dictionary<string, string> Leaves(string? yaml)
    {
        try
        {
            return yaml is null ? [] : YamlTree.Parse(yaml).Leaves.ToDictionary(l => l.Path, l => l.Text);
        }
        catch (FormatException)
        {
            // RunRecordReader has told of it.
            return [];
        }
    }
}
