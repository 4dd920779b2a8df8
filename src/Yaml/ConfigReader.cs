using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MolEngine.Yaml;

/// <summary>
/// Reads YAML and <c>--set</c> into <see cref="ConfigValues"/>, checking every key and value against a table of keys.
/// </summary>
/// <param name="keys">Those that the file may have.</param>
public sealed class ConfigReader(KeyTable keys, bool inputsMayBeAbsent = false)
{
    private readonly ConfigValues _values = new(keys) { InputsMayBeAbsent = inputsMayBeAbsent };

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
        string where = $"--set {setting}";
        if (equals <= 0)
        {
            _values.Errors.Add($"{where}: expected KEY=VALUE, as in --set optimizer.learning_rate=1e-4");
            return;
        }

        string path = setting[..equals].Trim();
        if (Parse(setting[(equals + 1)..], where) is not { } node)
        {
            if (_values.Errors.Count == 0)
                _values.Errors.Add($"{where}: expected KEY=VALUE, got no value");
            return;
        }

        foreach ((ConfigKey a, ConfigKey b) in keys.Alternatives)
        {
            if (path == a.Path)
                _values.Remove(b.Path);
            else if (path == b.Path)
                _values.Remove(a.Path);
        }

        if (node is YamlSequenceNode && keys.IsSection(path + "[]"))
            _values.RemoveElements(path);
        Flatten(node, path, _ => where);
    }

    private YamlNode? Parse(string yaml, string source)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode;
        }
        catch (YamlException e)
        {
            _values.Errors.Add(
                $"{source}:{e.Start.Line}: column {e.Start.Column}: not YAML: "
                    + $"{e.InnerException?.Message ?? e.Message}");
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // What the parser throws on some unclosed brackets and broken anchors, without a place.
            _values.Errors.Add(
                $"{source}: not YAML: expected every bracket and quote closed, got a document that ends inside one");
            return null;
        }
    }

    private void Flatten(YamlNode node, string path, Func<YamlNode, string> where)
    {
        string normal = ConfigValues.Normal(path);
        bool scalar = node is YamlScalarNode && !IsNull(node);
        if (keys.Find(normal) is { } key)
            SetLeaf(key, path, node, where(node));
        else if (scalar && keys.Shorthands.TryGetValue(normal, out ConfigKey? shorthand))
            SetLeaf(shorthand, shorthand.Path, node, where(node));
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
        if (IsNull(node))
            _values.Remove(path);
        else if (key.Read(node) is { } value)
            _values.Set(path, value, where);
        else
            _values.Errors.Add($"{where}: {path}: expected {key.Expects}, got {Describe(node)}");
    }

    private void Unknown(string path, string normal, string where)
    {
        string advice =
            keys.Nearest(normal) is { } nearest ? $"Did you mean {nearest}?" : $"`{keys.Manual}` lists the keys.";
        _values.Errors.Add($"{where}: {path}: unknown key. {advice}");
    }

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    private static string Describe(YamlNode? node) => node switch
    {
        YamlScalarNode s => $"'{s.Value}'",
        YamlSequenceNode s =>
            $"a list of {s.Children.Count}: [{string.Join(", ", s.Children.Take(8).Select(Describe))}]",
        YamlMappingNode => "a section of keys",
        _ => "nothing",
    };}
