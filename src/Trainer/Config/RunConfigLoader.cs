using System.Text;
using MolEngine.Data.Settings;
using MolEngine.Runs;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>Makes a checked <see cref="RunConfig"/> of a YAML file and <c>--set</c>.</summary>
public static class RunConfigLoader
{
    /// <param name="path">The YAML file.</param>
    /// <param name="settings"><c>KEY=VALUE</c> each; they win over the file.</param>
    /// <param name="inputsMayBeAbsent">
    /// For who needs only a part of a run: whether model and corpora are there is not looked at.
    /// </param>
    /// <exception cref="UserException">Every mistake found, one a line.</exception>
    public static RunConfig Load(
        string path, IReadOnlyList<string>? settings = null, bool inputsMayBeAbsent = false) =>
        Parse(Text(path), path, settings, inputsMayBeAbsent);

    /// <summary>A YAML file's text.</summary>
    /// <param name="what">What the file is, for errors.</param>
    /// <exception cref="UserException">The file cannot be read, or is no UTF-8.</exception>
    internal static string Text(string path, string what = "config")
    {
        try
        {
            return File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserException(Directory.Exists(path)
                ? $"{path}: {what}: expected a YAML file, got a folder"
                : e is FileNotFoundException or DirectoryNotFoundException
                    ? $"{path}: {what}: expected a YAML file, got no such file"
                    : $"{path}: {what}: expected a readable UTF-8 file: {e.Message}", e);
        }
    }

    /// <summary>
    /// The run that a run directory describes, wherever the directory lies now. An adapter of <c>lora.from</c> that is
    /// gone is the run's own copy of it.
    /// </summary>
    /// <inheritdoc cref="Load" path="/param|/exception"/>
    public static RunConfig OfRun(
        RunDirectory directory, IReadOnlyList<string> settings, bool inputsMayBeAbsent = false)
    {
        string output = Setting(ConfigKeys.Output, directory.Root);
        string yaml = Text(directory.ConfigPath);
        RunConfig Read(IReadOnlyList<string> settings, bool inputsMayBeAbsent) =>
            Parse(yaml, directory.ConfigPath, settings, inputsMayBeAbsent, isOfRun: true);
        string? from = Read([output], inputsMayBeAbsent: true).Lora.From;
        bool isGone = from is not null && !Directory.Exists(from);
        string[] start = isGone && RunDirectory.StartAdapterIn(directory.Root) is { } kept
            ? [Setting(LoraKeys.From, kept)]
            : [];
        return Read([.. start, .. settings, output], inputsMayBeAbsent);
    }

    /// <summary>
    /// A run of one corpus that says nothing else, for looking at it: <paramref name="settings"/> must give the model.
    /// </summary>
    public static RunConfig OfCorpus(string path, IReadOnlyList<string> settings)
    {
        string place = NamedInputs.IsAddress(path) ? path : Path.GetFullPath(path);
        string corpus = $"{{path: {KeyTypes.Text.Write(place)}, kind: domain}}";
        string[] own = [$"{CorpusKeys.List}=[{corpus}]", Setting(ConfigKeys.Output, ".")];
        return Parse("{}", path, [.. own, .. settings]);
    }

    /// <summary>A setting for <see cref="OfCorpus"/>: keys of a corpus and of data may come without prefix.</summary>
    public static string SettingOfCorpus(string setting)
    {
        string key = setting.Split('=', 2)[0].Trim();
        bool Known(string path) =>
            ConfigTable.Keys.All.Any(k => k.Path == path || k.Path.StartsWith(path + ".", StringComparison.Ordinal));
        return Known($"{CorpusKeys.List}[].{key}") ? $"{CorpusKeys.List}[0].{setting}"
            : Known($"data.{key}") ? $"data.{setting}"
            : setting;
    }

    /// <summary>A path as the value of a key, for <c>settings</c>.</summary>
    internal static string Setting(ConfigKey key, string path) =>
        $"{key.Path}={KeyTypes.Text.Write(Path.GetFullPath(path))}";

    /// <param name="source">The config's path: errors name it, and paths in the config are looked up beside it.</param>
    /// <param name="isOfRun">Whether an earlier program may have written it, for a run that began then.</param>
    public static RunConfig Parse(
        string yaml, string source, IReadOnlyList<string>? settings = null, bool inputsMayBeAbsent = false,
        bool isOfRun = false)
    {
        var reader = new ConfigReader(ConfigTable.Keys, inputsMayBeAbsent, NamedInputs.OfKey);
        reader.ReadFile(source, yaml);
        if (isOfRun)
            reader.FillFormer();
        foreach (string setting in settings ?? [])
            reader.Override(setting);
        ConfigValues v = reader.Values;
        RunConfig? config = v.Errors.Count == 0 ? RunConfig.Build(v, source) : null;
        if (v.Errors.Count > 0)
            throw new UserException(string.Join(Environment.NewLine, v.Errors));
        ResolvedValue[] resolved = [.. v.Resolved()];
        return config! with
        {
            Resolved = ResolvedYaml.Write(resolved),
            Settings = resolved.ToDictionary(r => r.Path),
        };
    }
}
