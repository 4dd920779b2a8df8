using MolEngine.Basics.Text;
using MolEngine.Runs;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Training;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Experiments;

/// <summary>
/// The runs of an experiment, every config checked before the first begins: all cells with the first seed, then all
/// with the second, so that an experiment that is stopped has of each cell about as many.
/// </summary>
internal sealed class ExperimentPlan
{
    private ExperimentPlan(
        ExperimentSpec spec, string folder, IReadOnlyList<ExperimentRun> all, IReadOnlyList<ExperimentRun> runs) =>
        (Spec, Folder, All, Runs) = (spec, folder, all, runs);

    public ExperimentSpec Spec { get; }

    /// <summary>Folder of the experiment, absolute.</summary>
    public string Folder { get; }

    /// <summary>Every run of the spec.</summary>
    public IReadOnlyList<ExperimentRun> All { get; }

    /// <summary>Those that are asked for.</summary>
    public IReadOnlyList<ExperimentRun> Runs { get; }

    /// <summary>Folder of the pages, figures and answers by which runs are judged.</summary>
    public string Judgements => Path.Combine(Folder, "judged");

    /// <param name="folder">Of the experiment; its runs lie in <c>cells/NAME/seed-N</c>.</param>
    /// <param name="only">Name of the one cell that is run; null: all.</param>
    /// <exception cref="UserException">
    /// Every mistake in a config, or a run that lies there already and was begun with other settings.
    /// </exception>
    public static ExperimentPlan Of(ExperimentSpec spec, string folder, string? only)
    {
        if (only is not null && spec.Cells.All(c => c.Name != only))
        {
            string names = string.Join(", ", spec.Cells.Select(c => c.Name));
            throw new UserException($"--only: {only}: expected the name of a cell, got another. There is {names}");
        }

        string root = Path.GetFullPath(folder);
        var mistakes = new List<string>();
        var runs = new List<ExperimentRun>();
        foreach (ulong seed in spec.Seeds)
        {
            foreach (ExperimentCell cell in spec.Cells)
            {
                if (Config(spec, cell, seed, root, mistakes) is { } config)
                    runs.Add(new ExperimentRun(cell, seed, config));
            }

            // Another seed has the same mistakes.
            if (mistakes.Count > 0)
                throw new UserException(string.Join(Environment.NewLine, mistakes));
        }

        RequireOneBase(spec, runs);
        foreach (ExperimentRun run in runs)
            RequireSame(spec, run);
        return new ExperimentPlan(spec, root, runs, [.. runs.Where(r => only is null || r.Cell.Name == only)]);
    }

    private static RunConfig? Config(
        ExperimentSpec spec, ExperimentCell cell, ulong seed, string root, List<string> mistakes)
    {
        string folder = Path.Combine(root, "cells", cell.Name, ExperimentRun.SeedName(seed));
        if (cell.Settings.Select(KeyOf).FirstOrDefault(k => k == ConfigKeys.Seed.Path) is { } own)
        {
            mistakes.Add(
                $"{spec.Source}: {cell.Name}: {own}: expected it under `seeds`, got it among what a cell changes");
            return null;
        }

        string[] settings =
        [
            .. cell.Settings.Where(s => KeyOf(s) != ConfigKeys.Output.Path), $"{ConfigKeys.Seed.Path}={seed}",
            RunConfigLoader.Setting(ConfigKeys.Output, folder),
        ];
        try
        {
            return spec.Base is { } file
                ? RunConfigLoader.Load(file, settings)
                : RunConfigLoader.Parse("{}", spec.Source, settings);
        }
        catch (UserException e)
        {
            mistakes.AddRange(e.Message.Split(Environment.NewLine).Select(
                line => $"{spec.Source}: {cell.Name}: {Unprefixed(line, spec.Source)}"));
            return null;
        }
    }

    private static string Unprefixed(string line, string source) =>
        line.StartsWith($"{source}: ", StringComparison.Ordinal) ? line[(source.Length + 2)..] : line;

    private static string KeyOf(string setting) => setting.Split('=', 2)[0].Trim();

    /// <summary>Runs are judged beside the model that they came from: one for all.</summary>
    private static void RequireOneBase(ExperimentSpec spec, IReadOnlyList<ExperimentRun> runs)
    {
        if (spec.Judge.IsEmpty)
            return;
        ExperimentRun first = runs[0];
        if (runs.FirstOrDefault(r => r.Config.Model != first.Config.Model) is { } other)
        {
            throw new UserException(
                $"{spec.Source}: {other.Cell.Name}: model: expected that of {first.Cell.Name} "
                    + $"({first.Config.Model}), as cells are compared with the one base, got {other.Config.Model}");
        }

        if (runs.FirstOrDefault(r => r.Config.Init.Kind == InitKind.Random) is { } random)
        {
            throw new UserException(
                $"{spec.Source}: {random.Cell.Name}: init: expected pretrained weights, which a judged run is compared "
                    + "with, got random ones");
        }
    }

    /// <summary>A run that was begun must be the one that the spec now says.</summary>
    private static void RequireSame(ExperimentSpec spec, ExperimentRun run)
    {
        if (!RunDirectory.Is(run.Folder))
            return;

        // Both as the config of a run directory is read.
        IReadOnlyDictionary<string, ResolvedValue> had =
            RunConfigLoader.OfRun(RunDirectory.Open(run.Folder), [], inputsMayBeAbsent: true).Settings;
        IReadOnlyDictionary<string, ResolvedValue> now = RunConfigLoader.Parse(
            run.Config.Resolved, spec.Source, inputsMayBeAbsent: true, isOfRun: true).Settings;
        string[] differ =
        [
            .. had.Values.Concat(now.Values).Where(v => v.Key.OnResume == OnResume.Fixed).Select(v => v.Path).Distinct()
                .Where(p => had.GetValueOrDefault(p)?.Text != now.GetValueOrDefault(p)?.Text),
        ];
        if (differ.Length > 0)
        {
            string what = string.Join("; ", differ.Take(5).Select(p =>
                $"{p}: {now.GetValueOrDefault(p)?.Text ?? "none"} in the spec, "
                + $"{had.GetValueOrDefault(p)?.Text ?? "none"} there"));
            throw new UserException(
                $"{run.Folder}: expected the run that {spec.Source} describes, got one with other settings: {what}. "
                    + "Choose another --output, or remove that folder");
        }
    }

    /// <summary>Steps of a run in words, and the rows of each.</summary>
    public static string Length(RunConfig run) =>
        (run.Order.Steps is { } steps ? Counts.Of(steps, "step")
            : Counts.Of(run.Order.Epochs!.Value, "epoch"))
        + (run.Order.GlobalBatch is { } batch ? $" of {Counts.Of(batch, "row")}" : "");

    /// <summary>How far a run has come.</summary>
    public static RunState StateOf(ExperimentRun run) =>
        !RunDirectory.Is(run.Folder) ? RunState.New
        : RunClosing.IsComplete(run.Folder) ? RunState.Done
        : RunState.Begun;
}
