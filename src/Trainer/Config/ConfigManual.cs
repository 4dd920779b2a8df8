namespace MolEngine.Trainer.Config;

/// <summary>The table of keys for <c>molengine train --help</c>.</summary>
internal static class ConfigManual
{
    /// <summary>A key, its meaning, what it must be, and its default.</summary>
    public static IEnumerable<(string Key, string Text)> Lines() =>
        ConfigTable.Keys.All.Select(k => (k.Path, $"{k.Help} [{k.Expects}; {k.DefaultText}]"));
}
