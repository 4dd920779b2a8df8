namespace MolEngine.Yaml;

/// <summary>What a key has become, from the config or by default.</summary>
/// <param name="Path">With the index of a list's element: <c>data.corpora[0].path</c>.</param>
/// <param name="Text">As YAML; <see cref="ConfigKey.NoValue"/> where there is none.</param>
/// <param name="IsDefault">Whether the value is what the key has where it is not given.</param>
public sealed record ResolvedValue(ConfigKey Key, string Path, string Text, bool HasValue, bool IsDefault);
