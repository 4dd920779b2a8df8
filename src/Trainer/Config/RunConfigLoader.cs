using System.Text;
using MolEngine.Data.Records;
using MolEngine.Data.Settings;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Optim;
using MolEngine.Evaluation;
using MolEngine.Runs;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Devices;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>From a YAML file (and <c>--set</c>) to a checked <see cref="RunConfig"/>. Owns the defaults.</summary>
public static class RunConfigLoader
{
    /// <param name="path">The YAML file.</param>
    /// <param name="settings"><c>KEY=VALUE</c> each; they win over the file.</param>
    /// <param name="inputsMayBeAbsent">
    /// For who needs only a part of a run: whether model and corpora are there is not looked at.
    /// </param>
    /// <exception cref="UserException">Every mistake found, one a line.</exception>
    public static RunConfig Load(
        string path, IReadOnlyList<string>? settings = null, bool inputsMayBeAbsent = false)
    {
        string yaml;
        try
        {
            yaml = File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserException(Directory.Exists(path)
                ? $"{path}: config: expected a YAML file, got a folder"
                : e is FileNotFoundException or DirectoryNotFoundException
                    ? $"{path}: config: expected a YAML file, got no such file"
                    : $"{path}: config: expected a readable UTF-8 file: {e.Message}", e);
        }

        return Parse(yaml, path, settings, inputsMayBeAbsent);
    }

    /// <summary>
    /// The run that a run directory describes, wherever the directory lies now. An adapter of <c>lora.from</c> that is
    /// gone is the run's own copy of it.
    /// </summary>
    /// <inheritdoc cref="Load" path="/param|/exception"/>
    public static RunConfig OfRun(
        RunDirectory directory, IReadOnlyList<string> settings, bool inputsMayBeAbsent = false)
    {
        string output = Setting(ConfigKeys.Output, directory.Root);
        string? from = Load(directory.ConfigPath, [output], inputsMayBeAbsent: true).Lora.From;
        bool isGone = from is not null && !Directory.Exists(from);
        string[] start = isGone && RunDirectory.StartAdapterIn(directory.Root) is { } kept
            ? [Setting(ConfigKeys.LoraFrom, kept)]
            : [];
        return Load(directory.ConfigPath, [.. start, .. settings, output], inputsMayBeAbsent);
    }

    /// <summary>
    /// A run of one corpus that says nothing else, for looking at it: <paramref name="settings"/> must give the model.
    /// </summary>
    public static RunConfig OfCorpus(string path, IReadOnlyList<string> settings)
    {
        string corpus = $"{{path: {KeyTypes.Text.Write(Path.GetFullPath(path))}, kind: domain}}";
        string[] own = [$"{DataKeys.Corpora}=[{corpus}]", Setting(ConfigKeys.Output, ".")];
        return Parse("{}", path, [.. own, .. settings]);
    }

    /// <summary>A setting for <see cref="OfCorpus"/>: keys of a corpus and of data may come without prefix.</summary>
    public static string SettingOfCorpus(string setting)
    {
        string key = setting.Split('=', 2)[0].Trim();
        bool Known(string path) =>
            ConfigKeys.Table.All.Any(k => k.Path == path || k.Path.StartsWith(path + ".", StringComparison.Ordinal));
        return Known($"{DataKeys.Corpora}[].{key}") ? $"{DataKeys.Corpora}[0].{setting}"
            : Known($"data.{key}") ? $"data.{setting}"
            : setting;
    }

    /// <summary>A path as the value of a key, for <c>settings</c>.</summary>
    internal static string Setting(ConfigKey key, string path) =>
        $"{key.Path}={KeyTypes.Text.Write(Path.GetFullPath(path))}";

    /// <param name="source">The config's path: errors name it, and paths in the config are looked up beside it.</param>
    public static RunConfig Parse(
        string yaml, string source, IReadOnlyList<string>? settings = null, bool inputsMayBeAbsent = false)
    {
        var reader = new ConfigReader(ConfigKeys.Table, inputsMayBeAbsent);
        reader.ReadFile(source, yaml);
        foreach (string setting in settings ?? [])
            reader.Override(setting);
        ConfigValues v = reader.Values;
        RunConfig? config = v.Errors.Count == 0 ? Build(v, source) : null;
        if (v.Errors.Count > 0)
            throw new UserException(string.Join(Environment.NewLine, v.Errors));
        (string Path, string Text)[] resolved = [.. v.Resolved()];
        return config! with
        {
            Resolved = ResolvedYaml.Write(resolved),
            Settings = resolved.ToDictionary(r => r.Path, r => r.Text),
        };
    }

    private static RunConfig Build(ConfigValues v, string source)
    {
        string model = InputPaths.Found(
            v, ConfigKeys.Model, v.Require(ConfigKeys.Model, "", source), Directory.Exists, "a model folder", source);
        v.Resolve(ConfigKeys.Model, model);
        string output = Path.GetFullPath(v.Require(ConfigKeys.Output, ".", source));
        v.Resolve(ConfigKeys.Output, output);
        long seed = v.Take(ConfigKeys.Seed, 42);
        InitKind init = v.Take(ConfigKeys.InitKind, InitKind.Pretrained);
        TrainingMethod method = v.Take(ConfigKeys.Method, TrainingMethod.Lora);
        OrderSettings order = OrderSettings.Build(v, source, (ulong)seed);
        int microBatch = v.Take(ConfigKeys.MicroBatch, 1);
        if (microBatch > order.GlobalBatch)
        {
            v.Wrong(
                ConfigKeys.MicroBatch, source, 0,
                $"expected at most global_batch ({order.GlobalBatch}), got {microBatch}");
        }

        ValidateSettings validate = new(
            v.Take(ConfigKeys.ValidateEvery, 50), v.Take(ConfigKeys.ValidateDocuments, 100));
        DataSettings data = DataSettingsLoader.Build(v, source, validate.Every > 0, validate.Documents);
        if ((long)microBatch * data.Context > DataKeys.MaxTokens)
        {
            v.Wrong(
                ConfigKeys.MicroBatch, source, 0,
                $"expected at most {DataKeys.MaxTokens} tokens at once (micro_batch x data.context), got "
                + $"{(long)microBatch * data.Context}. Lower micro_batch");
        }

        int threads = v.Take(ConfigKeys.Threads, 0);
        return new RunConfig(
            model,
            new InitSettings(init, (ulong)v.Take(ConfigKeys.InitSeed, seed)),
            output,
            (ulong)seed,
            data,
            order,
            microBatch,
            BuildLoss(v),
            method,
            BuildLora(v, source),
            BuildOptimizer(v, source, method),
            v.Take(ConfigKeys.Recompute, RecomputeKind.None),
            validate,
            v.Take(ConfigKeys.Samples, 3),
            new CheckpointSettings(
                v.Take(ConfigKeys.CheckpointEvery, 50), KeepPolicy.Parse(v.Take(ConfigKeys.CheckpointKeep, "last 2"))!),
            threads == 0 ? Environment.ProcessorCount : Math.Min(threads, Environment.ProcessorCount),
            Resolved: "")
        {
            Device = DeviceKeys.Build(v, source),
            Questions = QuestionSettings.Build(v, source),
        };
    }

    private static LossSettings BuildLoss(ConfigValues v) => new(
        v.Take(ConfigKeys.LossKind, LossKind.Mol),
        v.Take(ConfigKeys.LossAlpha, 0.01),
        v.Take(ConfigKeys.LossTopN, 31));

    private static LoraSettings BuildLora(ConfigValues v, string source)
    {
        string? from = v.TakeTextIfGiven(ConfigKeys.LoraFrom);
        if (from is not null)
        {
            from = InputPaths.Found(v, ConfigKeys.LoraFrom, from, Directory.Exists, "an adapter folder", source);
            v.Resolve(ConfigKeys.LoraFrom, from);
        }

        ConfigKey[] own = [ConfigKeys.LoraRank, ConfigKeys.LoraAlpha, ConfigKeys.LoraRsLora, ConfigKeys.LoraTargets];
        if (from is not null && own.FirstOrDefault(k => v.Has(k)) is { } given)
        {
            v.Errors.Add(
                $"{v.Where(given.Path, source)}: {given.Path}: expected it to be left to the adapter of lora.from, got a "
                    + "value. Remove one of them");
        }

        double dropout = v.Take(ConfigKeys.LoraDropout, 0.0);
        if (from is not null)
            return new LoraSettings(0, 0, false, dropout, [], from);
        int rank = v.Take(ConfigKeys.LoraRank, 64);
        return new LoraSettings(
            rank, v.Take(ConfigKeys.LoraAlpha, 2.0 * rank), v.Take(ConfigKeys.LoraRsLora, false), dropout,
            v.Take(ConfigKeys.LoraTargets, LoraConfig.AllProjections), null);
    }

    private static OptimizerSettings BuildOptimizer(ConfigValues v, string source, TrainingMethod method)
    {
        bool lora = method == TrainingMethod.Lora;
        if (v.Has(ConfigKeys.WarmupRatio) && v.Has(ConfigKeys.WarmupSteps))
        {
            string key = ConfigKeys.WarmupSteps.Path;
            v.Errors.Add(
                $"{v.Where(key, source)}: {key}: expected either warmup_ratio or warmup_steps, got both. Remove one "
                    + "of them");
        }

        IReadOnlyList<double> betas = v.Take(ConfigKeys.Betas, [0.9, 0.95]);
        long? warmupSteps = v.TakeIfGiven(ConfigKeys.WarmupSteps);
        return new OptimizerSettings(
            v.Take(ConfigKeys.LearningRate, lora ? 1e-4 : 1e-5),
            betas[0],
            betas[1],
            v.Take(ConfigKeys.Eps, 1e-8),
            v.Take(ConfigKeys.WeightDecay, lora ? 0.0 : 0.1),
            v.Take(ConfigKeys.Clip, 1.0),
            v.Take(ConfigKeys.Schedule, ScheduleKind.Cosine),
            warmupSteps is null ? v.Take(ConfigKeys.WarmupRatio, 0.1) : null,
            warmupSteps,
            v.Take(ConfigKeys.Offload, false));
    }
}
