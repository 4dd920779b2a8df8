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

    private static string SectionOf(ConfigKey key) => key.Path.Split('.')[0];
}
