using YamlDotNet.RepresentationModel;

namespace MolEngine.Yaml;

/// <summary>A key of the config as help, errors, the resolved config and the check of a resumed run see it.</summary>
public abstract class ConfigKey(string path, string help)
{
    /// <summary>What a file has for a value that is not there.</summary>
    protected const string Null = "null";

    /// <summary>What a file has for a value that the run finds itself.</summary>
    protected internal const string Auto = "auto";

    /// <summary>Dotted; the elements of a list are written <c>data.corpora[].path</c>.</summary>
    public string Path { get; } = path;

    public string Help { get; } = help;

    /// <summary>Whether a resumed run may change the value.</summary>
    public OnResume OnResume { get; init; }

    /// <summary>
    /// As YAML, what held in runs that began before the key was there, where that is not its default; else null.
    /// </summary>
    public string? Formerly { get; init; }

    /// <summary>What a value must be: "an integer of at least 1".</summary>
    public abstract string Expects { get; }

    /// <summary>The default in the manual's words: "required", "default 50", "default 2 x lora.rank".</summary>
    public abstract string DefaultText { get; }

    /// <summary>JSON Schema that holds of every value which is read.</summary>
    public abstract string Schema { get; }

    /// <summary>Whether a file must give the key.</summary>
    public abstract bool IsRequired { get; }

    /// <summary>How a file says that the key has no value: <c>null</c>, or <c>auto</c>.</summary>
    public abstract string NoValue { get; }

    /// <summary>Whether every config has a value of the key, given or not.</summary>
    public abstract bool IsAlwaysThere { get; }

    /// <summary>Reads and checks; null is "not what was expected".</summary>
    public abstract object? Read(YamlNode node);

    /// <summary>
    /// A value that an earlier program wrote, as it is written now: values may have other names. What is no value of
    /// the key stays as it is.
    /// </summary>
    public string Rewritten(string yaml) =>
        YamlDocument.Parse(yaml, Path, out _) is { } node && Read(node) is { } value ? Write(value) : yaml;

    /// <summary>The value as YAML.</summary>
    public abstract string Write(object value);
}

/// <summary>
/// A key with its type, default and check. Who wants its value asks <see cref="ConfigValues"/> with this object: one
/// owner, no strings.
/// </summary>
public sealed class ConfigKey<T>(
    string path,
    KeyType<T> type,
    Default<T> otherwise,
    string help,
    Func<T, bool>? check = null,
    string? checkText = null)
    : ConfigKey(path, help)
    where T : notnull
{
    public override string Expects =>
        $"{type.Expects}{(checkText is null ? "" : $" {checkText}")}{(NoValue == Auto ? $", or {Auto}" : "")}";

    public override string DefaultText => Default.Text(type);

    public override string Schema => type.Schema;

    public override bool IsRequired => Default.Kind == DefaultKind.Required;

    public override string NoValue => Default.Kind == DefaultKind.Auto ? Auto : Null;

    public override bool IsAlwaysThere => Default.IsAlwaysThere;

    internal Default<T> Default { get; } = otherwise;

    public override object? Read(YamlNode node) =>
        type.Read(node, out T value) && (check is null || check(value)) ? value : null;

    public override string Write(object value)
    {
        string text = type.Write((T)value);
        return text == NoValue ? $"\"{text}\"" : text;
    }
}
