using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MolEngine.Yaml;

/// <summary>
/// Reads YAML and <c>--set</c> into <see cref="ConfigValues"/>, checking every key and value against a table of keys.
/// </summary>
/// <param name="keys">Those that the file may have.</param>
/// <param name="names">As <see cref="ConfigValues.Names"/>; null where inputs have paths alone.</param>
public sealed class ConfigReader(
    KeyTable keys, bool inputsMayBeAbsent = false, Func<ConfigKey, string, NamedInput?>? names = null)
{
    private const string MergeKey = "<<";

    /// <summary>Characters of a value or a key in an error.</summary>
    private const int MostShown = 200;

    private readonly ConfigValues _values = new(keys) { InputsMayBeAbsent = inputsMayBeAbsent, Names = names };
    private bool _overrides;

    public ConfigValues Values => _values;

    /// <summary>Reads a whole config.</summary>
    /// <param name="source">What errors call it: the file's path.</param>
    public void ReadFile(string source, string yaml)
    {
        YamlNode? root = Parse(yaml, source);
        if (root is YamlMappingNode)
            Flatten(root, "", node => $"{source}:{node.Start.Line}");
        else if (_values.Errors.Count == 0)
            _values.Errors.Add($"{source}: expected keys with values (model: ..., output: ...), got {Describe(root)}");
    }

    /// <summary>Applies <c>a.b=c</c>; c is YAML.</summary>
    public void Override(string setting)
    {
        int equals = setting.IndexOf('=');
        string where = Shown($"--set {setting}");
        if (equals <= 0)
        {
            _values.Errors.Add($"{where}: expected KEY=VALUE, as in --set optimizer.learning_rate=1e-4");
            return;
        }

        string path = setting[..equals].Trim();
        if (ConfigValues.LargestIndex(path) >= Limits.ConfigListItems)
        {
            _values.Errors.Add(
                $"{where}: {Shown(path)}: expected an index below {Limits.ConfigListItems:N0}, got a larger one");
            return;
        }

        if (Parse(setting[(equals + 1)..], where) is not { } node)
        {
            if (_values.Errors.Count == 0)
                _values.Errors.Add($"{where}: expected KEY=VALUE, got no value");
            return;
        }

        if (IsNull(node) || node is YamlSequenceNode)
            _values.RemoveUnder(path);
        _overrides = true;
        Flatten(node, path, _ => where);
    }

    /// <summary>
    /// Gives the keys that a config lacks which an earlier program has resolved the values that held then
    /// (<see cref="ConfigKey.Formerly"/>).
    /// </summary>
    public void FillFormer()
    {
        foreach (ConfigKey key in keys.All)
        {
            if (key.Formerly is { } value && !_values.Has(key.Path))
                Override($"{key.Path}={value}");
        }
    }

    private YamlNode? Parse(string yaml, string source)
    {
        YamlNode? root = YamlDocument.Parse(yaml, source, out string? mistake);
        if (mistake is not null)
            _values.Errors.Add(mistake);
        return root;
    }

    private void Flatten(YamlNode node, string path, Func<YamlNode, string> where)
    {
        string normal = ConfigValues.Normal(path);
        bool scalar = node is YamlScalarNode && !IsNull(node);
        if (keys.Find(normal) is { } key)
            SetLeaf(key, path, node, where(node));
        else if (scalar && keys.Shorthands.TryGetValue(normal, out ConfigKey? shorthand))
            SetLeaf(shorthand, path + shorthand.Path[normal.Length..], node, where(node));
        else if (keys.IsSection(normal + "[]"))
            FlattenList(node, path, where);
        else if (normal.Length > 0 && !keys.IsSection(normal))
            Unknown(path, normal, where(node));
        else if (node is YamlMappingNode mapping)
            FlattenMapping(mapping, path, where);
        else if (!IsNull(node))
            _values.Errors.Add($"{where(node)}: {path}: expected a section of keys, got {Describe(node)}");
    }

    private void FlattenMapping(YamlMappingNode mapping, string path, Func<YamlNode, string> where)
    {
        foreach ((YamlNode name, YamlNode child) in mapping.Children)
        {
            string text = (name as YamlScalarNode)?.Value ?? "?";
            string full = path.Length == 0 ? text : $"{path}.{text}";

            if (text == MergeKey)
            {
                _values.Errors.Add(
                    $"{where(name)}: {full}: expected the name of a key, got YAML's merge. Write its keys out");
                continue;
            }

            // The name's line: a value that is a block starts on a later one.
            Flatten(child, full, node => where(node == child ? name : node));
        }
    }

    private void FlattenList(YamlNode node, string path, Func<YamlNode, string> where)
    {
        if (node is YamlSequenceNode sequence)
        {
            for (int i = 0; i < sequence.Children.Count; i++)
                Flatten(sequence.Children[i], $"{path}[{i}]", where);
        }
        else if (!IsNull(node))
        {
            _values.Errors.Add($"{where(node)}: {path}: expected a list (- name: ...), got {Describe(node)}");
        }
    }

    private void SetLeaf(ConfigKey key, string path, YamlNode node, string where)
    {
        if (IsNull(node) || (node is YamlScalarNode { Style: ScalarStyle.Plain } s && s.Value == key.NoValue))
        {
            _values.Remove(path);
        }
        else if (!_overrides && _values.Has(path))
        {
            _values.Errors.Add(
                $"{where}: {path}: expected it once, got it at {_values.Where(path, "")} too. Remove one of them");
        }
        else if (key.Read(node) is { } value)
        {
            if (_overrides)
                RemoveAlternatives(key, where);
            _values.Set(path, value, where);
        }
        else
        {
            _values.Errors.Add($"{where}: {path}: expected {key.Expects}, got {Describe(node)}");
        }
    }

    /// <summary>What the file, or an earlier setting, has instead of a key.</summary>
    private void RemoveAlternatives(ConfigKey key, string where)
    {
        foreach ((ConfigKey a, ConfigKey b) in keys.Alternatives.Where(pair => key == pair.A || key == pair.B))
        {
            string other = key == a ? b.Path : a.Path;
            if (_values.Where(other, where) != where)
                _values.Remove(other);
        }
    }

    private void Unknown(string path, string normal, string where)
    {
        string advice =
            keys.Nearest(normal) is { } nearest ? $"Did you mean {nearest}?" : $"`{keys.Manual}` lists the keys.";
        _values.Errors.Add($"{where}: {Shown(path)}: unknown key. {advice}");
    }

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    /// <summary>A text cut to what a person reads of it.</summary>
    private static string Shown(string text) => text.Length <= MostShown ? text : $"{text[..MostShown]}...";

    private static string Describe(YamlNode? node) => node switch
    {
        YamlScalarNode s => $"'{Shown(s.Value ?? "")}'",
        YamlSequenceNode s =>
            $"a list of {s.Children.Count}: [{string.Join(", ", s.Children.Take(8).Select(Describe))}]",
        YamlMappingNode => "a section of keys",
        _ => "nothing",
    };
}
