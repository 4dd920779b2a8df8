namespace MolEngine.Runs.SideBySide;

/// <summary>A key of the config in which runs differ.</summary>
/// <param name="Values">Each run's, as its config has it; null where a config does not have the key.</param>
internal sealed record RunSetting(string Key, IReadOnlyList<string?> Values);
