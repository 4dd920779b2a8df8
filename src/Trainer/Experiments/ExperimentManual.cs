using System.Text;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Experiments;

/// <summary>What the table of keys says in <c>molengine experiment --help</c> and on its page.</summary>
internal static class ExperimentManual
{
    /// <summary>A key, its meaning, what it must be, and its default.</summary>
    public static IEnumerable<(string Key, string Text)> Lines() =>
        ExperimentTable.Keys.All.Select(k => (k.Path, $"{k.Help} [{k.Expects}; {k.DefaultText}]"));

    /// <summary>The table of all keys in Markdown, as docs/experiments.md has it.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder("\n| key | meaning | value | where it is not given |\n|---|---|---|---|\n");
        foreach (ConfigKey key in ExperimentTable.Keys.All)
        {
            string[] cells =
                [$"`{key.Path}`", key.Help, key.Expects, key.DefaultText.Replace("default ", "")];
            text.Append($"| {string.Join(" | ", cells.Select(c => c.Replace("|", "\\|")))} |\n");
        }

        return text.ToString();
    }
}
