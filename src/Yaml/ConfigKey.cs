using YamlDotNet.RepresentationModel;

namespace MolEngine.Yaml;

/// <summary>A key of the config as help, errors and the resolved config see it.</summary>
public abstract class ConfigKey(string path, string defaultText, string help)
{
    /// <summary>Dotted; the elements of a list are written <c>data.corpora[].path</c>.</summary>
    public string Path { get; } = path;

    /// <summary>The default in words, for the manual: "2 x lora.rank".</summary>
    public string DefaultText { get; } = defaultText;

    public string Help { get; } = help;

    /// <summary>What a value must be: "an integer of at least 1".</summary>
    public abstract string Expects { get; }

    /// <summary>Reads and checks; null is "not what was expected".</summary>
    public abstract object? Read(YamlNode node);

    /// <summary>As YAML.</summary>
    public abstract string Write(object value);
}

/// <summary>
/// A key with its type and check. Who wants its value asks <see cref="ConfigValues"/> with this object: one owner, no
/// strings.
/// </summary>
public sealed class ConfigKey<T>(
    string path,
    KeyType<T> type,
    string defaultText,
    string help,
    Func<T, bool>? check = null,
    string? checkText = null)
    : ConfigKey(path, defaultText, help)
    where T : notnull
{
    public override string Expects => checkText is null ? type.Expects : $"{type.Expects} {checkText}";

    public override object? Read(YamlNode node) =>
        type.Read(node, out T value) && (check is null || check(value)) ? value : null;

    public override string Write(object value) => type.Write((T)value);
}
