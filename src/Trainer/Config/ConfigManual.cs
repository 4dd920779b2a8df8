using System.Text;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>What the table of keys says in <c>molengine train --help</c>.</summary>
internal static class ConfigManual
{
    /// <summary>A key, its meaning, what it must be, and its default.</summary>
    public static IEnumerable<(string Key, string Text)> Lines() =>
        ConfigTable.Keys.All.Select(k => (k.Path, $"{k.Help} [{k.Expects}; {k.DefaultText}]"));

    /// <summary>What a resumed run may change: keys, and sections all of whose keys it may.</summary>
    public static IEnumerable<string> FreeOnResume()
    {
        HashSet<string> mixed = [.. ConfigTable.Keys.All.Where(k => k.OnResume == OnResume.Fixed).Select(SectionOf)];
        return ConfigTable.Keys.All.Where(k => k.OnResume == OnResume.Free)
            .Select(k => mixed.Contains(SectionOf(k)) ? k.Path : SectionOf(k)).Distinct();
    }

    /// <summary>The table of all keys in Markdown, a part for each section, as docs/config.md has it.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, ConfigKey> section in ConfigTable.Keys.All.GroupBy(PartOf))
        {
            text.Append($"\n### {section.Key}\n\n| key | meaning | value | where it is not given | on resume |\n")
                .Append("|---|---|---|---|---|\n");
            foreach (ConfigKey key in section)
            {
                string otherwise = key.DefaultText.StartsWith("default ", StringComparison.Ordinal)
                    ? key.DefaultText["default ".Length..]
                    : key.DefaultText;
                string[] cells =
                [
                    $"`{key.Path}`", key.Help, key.Expects, otherwise,
                    key.OnResume == OnResume.Free ? "may change" : "stays",
                ];
                text.Append($"| {string.Join(" | ", cells.Select(c => c.Replace("|", "\\|")))} |\n");
            }
        }

        return text.ToString();
    }

    /// <summary>Keys of no section stand together, and those of each list.</summary>
    private static string PartOf(ConfigKey key) =>
        KeyTable.ListOf(key) ?? (key.Path.Contains('.') ? SectionOf(key) : "The run itself");

    private static string SectionOf(ConfigKey key) => key.Path.Split('.')[0];
}
