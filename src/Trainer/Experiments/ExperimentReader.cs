using MolEngine.Basics.Values;
using MolEngine.Data.Records;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Documents;
using MolEngine.Trainer.Config;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Experiments;

/// <summary>Makes a checked <see cref="ExperimentSpec"/> of a file.</summary>
internal sealed class ExperimentReader
{
    /// <summary>Cells of a grid at most: a mistyped grid is no plan for a year.</summary>
    private const int MostCells = 1000;

    private readonly ConfigValues _values;
    private readonly string _source;

    private ExperimentReader(ConfigValues values, string source) => (_values, _source) = (values, source);

    /// <exception cref="UserException">Every mistake found, one a line.</exception>
    public static ExperimentSpec Load(string path) => Parse(RunConfigLoader.Text(path, "experiment"), path);

    /// <param name="source">The spec's path: errors name it, and paths in the spec are looked up beside it.</param>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static ExperimentSpec Parse(string yaml, string source)
    {
        var reader = new ConfigReader(ExperimentTable.Keys, names: NamedInputs.OfKey);
        reader.ReadFile(source, yaml);
        ConfigValues v = reader.Values;
        ExperimentSpec? spec = v.Errors.Count == 0 ? new ExperimentReader(v, source).Build() : null;
        return v.Errors.Count == 0
            ? spec!
            : throw new UserException(string.Join(Environment.NewLine, v.Errors.Distinct()));
    }

    private ExperimentSpec? Build()
    {
        string name = _values.TakeTextIfGiven(ExperimentKeys.Name) ?? Path.GetFileNameWithoutExtension(_source);
        string? file = _values.TakeTextIfGiven(ExperimentKeys.Base);
        MapValue config = Map(ExperimentKeys.Config), all = Map(ExperimentKeys.Set);
        if (file is null == !_values.Has(ExperimentKeys.Config))
        {
            string got = file is null ? "neither" : "both";
            _values.Errors.Add($"{_source}: base, config: expected exactly one of them, got {got}");
        }

        string? found = file is null ? null : InputPaths.Found(
            _values, ExperimentKeys.Base, file, File.Exists, "a config of `molengine train`", _source);
        IReadOnlyList<string> shared = [.. Overlay.Settings(config), .. Overlay.Settings(all)];
        ExperimentCell[] cells = [.. Grid(shared), .. Named(shared)];
        if (cells.Length == 0)
        {
            _values.Errors.Add(
                $"{_source}: grid, cells: expected at least one cell, got none. `cells: [{{name: only}}]` is the base "
                    + "itself");
        }

        foreach (IGrouping<string, ExperimentCell> twice in cells
            .GroupBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            _values.Errors.Add(
                $"{_source}: cells: {twice.Key}: expected a name for each, got it {twice.Count()} times");
        }

        ulong[] seeds = [.. _values.Take(ExperimentKeys.Seeds).Select(s => (ulong)s)];
        JudgeSettings judge = Judge();
        string? baseline = _values.TakeTextIfGiven(ExperimentKeys.Baseline);
        ExperimentCell? chosen = cells.FirstOrDefault(c => baseline is null || c.Name == baseline);
        if (chosen is null && baseline is not null)
        {
            string names = string.Join(", ", cells.Select(c => c.Name));
            _values.Wrong(
                ExperimentKeys.Baseline, _source, 0, $"expected the name of a cell, got {baseline}. There is {names}");
        }

        return _values.Errors.Count > 0
            ? null
            : new ExperimentSpec(name, _source, found, seeds, cells, chosen!, judge);
    }

    /// <summary>A cell for every combination, the last key's values changing first.</summary>
    private IEnumerable<ExperimentCell> Grid(IReadOnlyList<string> shared)
    {
        MapValue grid = Map(ExperimentKeys.Grid);
        if (grid.Entries.Count == 0)
            return [];
        List<(string Name, string Setting)[]> cells = [[]];
        foreach ((string key, DataValue given) in grid.Entries)
        {
            if (given is not ListValue { Items.Count: > 0 } list)
            {
                string got = given is ListValue ? "an empty one" : Overlay.Write(given);
                _values.Wrong(ExperimentKeys.Grid, _source, 0, $"{key}: expected a list of values, got {got}");
                return [];
            }

            (string, string)[] values =
                [.. list.Items.Select(i => (NameOf(key, i), $"{key}={Overlay.Write(i)}"))];
            cells = [.. cells.Take(MostCells + 1).SelectMany(c => values.Select(x => ((string, string)[])[.. c, x]))];
        }

        if (cells.Count > MostCells)
        {
            _values.Wrong(
                ExperimentKeys.Grid, _source, 0, $"expected at most {MostCells:N0} combinations, got more");
            return [];
        }

        return cells.Select(c =>
        {
            string[] own = [.. c.Select(x => x.Setting)];
            return new ExperimentCell(string.Join('+', c.Select(x => x.Name)), [.. shared, .. own], own);
        });
    }

    private IEnumerable<ExperimentCell> Named(IReadOnlyList<string> shared)
    {
        for (int i = 0; i < _values.Count(ExperimentKeys.CellList); i++)
        {
            string name = _values.Require(ExperimentKeys.CellName, "", _source, i);
            IReadOnlyList<string> own = Overlay.Settings(Map(ExperimentKeys.CellSet, i));
            yield return new ExperimentCell(name, [.. shared, .. own], own);
        }
    }

    /// <summary>"alpha-0.1": the key's last part and the value, with what no folder can have left out.</summary>
    private static string NameOf(string key, DataValue value)
    {
        string text = Overlay.Write(value);
        string plain = string.Concat(
            text.Select(c => char.IsAsciiLetterOrDigit(c) || "._+-".Contains(c) ? c : '-')).Trim('.', '_', '+', '-');
        return $"{key.Split('.')[^1]}-{plain}";
    }

    private JudgeSettings Judge()
    {
        string[] tasks = [.. (_values.TakeListIfGiven(JudgeKeys.Tasks) ?? []).Select(TaskOf)];
        string[] data =
        [
            .. (_values.TakeListIfGiven(JudgeKeys.Data) ?? []).Select(
                d => InputPaths.Found(_values, JudgeKeys.Data, d, Directory.Exists, "a folder", _source)),
        ];
        var texts = new List<(string, string)>();
        foreach ((string name, DataValue given) in Map(JudgeKeys.Texts).Entries)
        {
            if (given is not TextValue { Text: var path } || name.Contains('='))
            {
                _values.Wrong(
                    JudgeKeys.Texts, _source, 0,
                    $"{name}: expected a name without = and a path, got {Overlay.Write(given)}");
                continue;
            }

            texts.Add((name, InputPaths.Found(
                _values, JudgeKeys.Texts, path, CorpusFiles.Exists, "a file or a folder", _source)));
        }

        if (_values.Errors.Count == 0 && tasks.Length > 0)
            RequireTasks(tasks, data);
        return new JudgeSettings(
            tasks, data, texts, _values.TakeListIfGiven(JudgeKeys.Domain) ?? [], _values.Take(JudgeKeys.HeldOut),
            _values.TakeIfGiven(JudgeKeys.Limit), _values.Take(JudgeKeys.AllowsCode));
    }

    /// <summary>That there are such tasks, and their data: after hours of training it would be late to say.</summary>
    private void RequireTasks(IEnumerable<string> tasks, IReadOnlyList<string> data)
    {
        try
        {
            var finder = new DataFinder(data, NamedInputs.OfAddress, JudgeKeys.Data.Path);
            foreach (TaskChoice task in TaskLibrary.Find(string.Join(',', tasks), where: ""))
                _ = finder.FindAll(task);
        }
        catch (UserException e)
        {
            _values.Wrong(JudgeKeys.Tasks, _source, 0, e.Message);
        }
    }

    /// <summary>A file of a task beside the spec; else a task's name as it is.</summary>
    private string TaskOf(string given) => given.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase)
        ? InputPaths.Found(_values, JudgeKeys.Tasks, given, File.Exists, "a task's file", _source)
        : given;

    private MapValue Map(ConfigKey<MapValue> key, int i = 0) =>
        _values.Has(key, i) ? _values.Require(key, MapValue.Empty, _source, i) : MapValue.Empty;
}
