namespace MolEngine.Yaml;

/// <summary>A text of a config, which may have a name.</summary>
/// <param name="Name">Null: the value is a text alone.</param>
/// <param name="LeavesEscape">Whether it has a backslash with an n or t behind it where YAML leaves both as they are:
/// a line break was most likely meant.</param>
public sealed record NamedText(string? Name, string Text, bool LeavesEscape);
