using MolEngine.Basics.Values;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Experiments;

/// <summary>The keys of an experiment's spec.</summary>
internal static class ExperimentKeys
{
    /// <summary>The list of named cells.</summary>
    public const string CellList = "cells";

    private const string Way = "As --set has them: {loss.alpha: 0.1, steps: 80}.";

    public static readonly ConfigKey<string> Name = new(
        "name", KeyTypes.Text, Default.None("the file's name"), "What the report calls the experiment.",
        s => s.Trim().Length > 0);

    public static readonly ConfigKey<string> Base = new(
        "base", KeyTypes.Path, Default.None("config is given"),
        "Config of `molengine train` that every cell begins with, looked up beside the spec, then in the current "
            + "directory. Paths in it, and in what is laid over it, are looked up beside it.");

    public static readonly ConfigKey<MapValue> Config = new(
        "config", KeyTypes.Map, Default.None("base is given"),
        "That config itself, in place of a file. Its output is not needed: every run gets a folder of its own.");

    public static readonly ConfigKey<MapValue> Set = new(
        "set", KeyTypes.Map, Default.None("the base as it is"), $"Keys of the config that all cells change. {Way}");

    public static readonly ConfigKey<IReadOnlyList<double>> Seeds = new(
        "seeds", KeyTypes.Numbers, Default.Of<IReadOnlyList<double>>([1, 2, 3]),
        "Seeds that every cell is run with: its runs differ in nothing else.",
        s => s.Count > 0 && s.Distinct().Count() == s.Count && s.All(x => x >= 0 && Math.Floor(x) == x && x < 1L << 53),
        "that are whole, at least 0, and each there once");

    public static readonly ConfigKey<string> Baseline = new(
        "baseline", KeyTypes.Text, Default.None("the first cell"),
        "Name of the cell that the others are tested against.");

    public static readonly ConfigKey<MapValue> Grid = new(
        "grid", KeyTypes.Map, Default.None("no grid"),
        "Keys of the config, each with a list of values: a cell for every combination, named by them "
            + "(alpha-0.1+ratio-2).");

    public static readonly ConfigKey<string> CellName = new(
        $"{CellList}[].name", KeyTypes.Text, Default.Required,
        "The cell's name in the report, and its folder's.", IsFolder,
        "of letters, digits, and . _ + - between them, at most 80");

    public static readonly ConfigKey<MapValue> CellSet = new(
        $"{CellList}[].set", KeyTypes.Map, Default.None("set alone"), $"Keys that this cell changes besides. {Way}");

    /// <summary>The keys in the order of the manual.</summary>
    public static readonly IReadOnlyList<ConfigKey> All =
        [Name, Base, Config, Set, Seeds, Baseline, Grid, CellName, CellSet, .. JudgeKeys.All];

    /// <summary>Whether a text can name a folder on every system, and a model in a comparison.</summary>
    internal static bool IsFolder(string name) => name.Length is > 0 and <= 80
        && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || "._+-".Contains(c));
}
