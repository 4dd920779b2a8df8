using System.Text;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Optim;
using MolEngine.Trainer.Checkpoints;

namespace MolEngine.Trainer.Config;

/// <summary>From a YAML file (and <c>--set</c>) to a checked <see cref="RunConfig"/>. Owns the defaults.</summary>
public static class RunConfigLoader
{
    private const string Corpora = "data.corpora";

    /// <param name="path">The YAML file.</param>
    /// <param name="settings"><c>KEY=VALUE</c> each; they win over the file.</param>
    /// <exception cref="UserException">Every mistake found, one a line.</exception>
    public static RunConfig Load(string path, IReadOnlyList<string>? settings = null)
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

        return Parse(yaml, path, settings);
    }

    /// <param name="source">The config's path: errors name it, and paths in the config are looked up beside it.</param>
    public static RunConfig Parse(string yaml, string source, IReadOnlyList<string>? settings = null)
    {
        var reader = new ConfigReader();
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
        string folder = Path.GetDirectoryName(Path.GetFullPath(source))!;
        string model = Found(v, new Input(ConfigKeys.Model, Directory.Exists, "a model folder"), folder, source);
        string output = Path.GetFullPath(v.Require(ConfigKeys.Output, ".", source));
        v.Resolve(ConfigKeys.Output, output);
        long seed = v.Take(ConfigKeys.Seed, 42);
        InitKind init = v.Take(ConfigKeys.InitKind, InitKind.Pretrained);
        TrainingMethod method = v.Take(ConfigKeys.Method, TrainingMethod.Lora);
        if (v.Has(ConfigKeys.Epochs) && v.Has(ConfigKeys.Steps))
        {
            v.Errors.Add(
                $"{v.Where("steps", source)}: steps: expected either epochs or steps, got both. Remove one of them");
        }

        long? steps = v.TakeIfGiven(ConfigKeys.Steps);
        int globalBatch = v.Take(ConfigKeys.GlobalBatch, 128);
        int microBatch = v.Take(ConfigKeys.MicroBatch, 1);
        if (microBatch > globalBatch)
        {
            v.Errors.Add(
                $"{v.Where("micro_batch", source)}: micro_batch: expected at most global_batch ({globalBatch}), got "
                    + $"{microBatch}");
        }

        ValidateSettings validate = new(
            v.Take(ConfigKeys.ValidateEvery, 50), v.Take(ConfigKeys.ValidateDocuments, 100));
        DataSettings data = BuildData(v, source, folder, validate);
        if ((long)microBatch * data.Context > ConfigKeys.MaxTokens)
        {
            v.Errors.Add(
                $"{v.Where("micro_batch", source)}: micro_batch: expected at most {ConfigKeys.MaxTokens} tokens at once "
                    + $"(micro_batch x data.context), got {(long)microBatch * data.Context}. Lower micro_batch");
        }

        int threads = v.Take(ConfigKeys.Threads, 0);
        return new RunConfig(
            model,
            new InitSettings(init, (ulong)v.Take(ConfigKeys.InitSeed, seed)),
            output,
            (ulong)seed,
            data,
            v.Take(ConfigKeys.Ratio, 1.0),
            steps is null ? v.Take(ConfigKeys.Epochs, 1.0) : null,
            steps,
            globalBatch,
            microBatch,
            BuildLoss(v),
            method,
            BuildLora(v, source, folder),
            BuildOptimizer(v, source, method),
            v.Take(ConfigKeys.Recompute, RecomputeKind.None),
            validate,
            new CheckpointSettings(
                v.Take(ConfigKeys.CheckpointEvery, 50), KeepPolicy.Parse(v.Take(ConfigKeys.CheckpointKeep, "last 2"))!),
            threads == 0 ? Environment.ProcessorCount : Math.Min(threads, Environment.ProcessorCount),
            Resolved: "");
    }

    private static DataSettings BuildData(ConfigValues v, string source, string folder, ValidateSettings validate)
    {
        int count = v.Count(Corpora);
        if (count == 0)
        {
            v.Errors.Add(
                $"{source}: {Corpora}: missing: expected at least one corpus (- path: FILE.jsonl, kind: domain)");
        }

        var corpora = new List<CorpusSettings>();
        for (int i = 0; i < count; i++)
        {
            string path = Found(v, new Input(ConfigKeys.CorpusPath, File.Exists, "a file", i), folder, source);
            string name = v.Take(ConfigKeys.CorpusName, Path.GetFileNameWithoutExtension(path), i);
            CorpusKind kind = v.Require(ConfigKeys.CorpusKind, CorpusKind.Domain, source, i);
            string key = ConfigValues.Concrete(ConfigKeys.CorpusName, i);
            if (name.Length > 0 && corpora.Any(c => c.Name == name))
            {
                v.Errors.Add(
                    $"{v.Where(key, source)}: {key}: expected a name of its own, got '{name}' a second time. Give "
                        + "each corpus a name");
            }

            corpora.Add(new CorpusSettings(name, path, kind));
        }

        int? heldOut = v.TakeIfGiven(ConfigKeys.HeldOut);
        if (heldOut is null && validate.Every == 0)
            heldOut = v.Take(ConfigKeys.HeldOut, 0);
        return new DataSettings(
            v.Take(ConfigKeys.Context, 8192), v.TakeTextIfGiven(ConfigKeys.DocumentEnd), heldOut, corpora);
    }

    private static LossSettings BuildLoss(ConfigValues v) => new(
        v.Take(ConfigKeys.LossKind, LossKind.Mol),
        v.Take(ConfigKeys.LossAlpha, 0.01),
        v.Take(ConfigKeys.LossTopN, 31));

    private static LoraSettings BuildLora(ConfigValues v, string source, string folder)
    {
        string? from = v.Has(ConfigKeys.LoraFrom)
            ? Found(v, new Input(ConfigKeys.LoraFrom, Directory.Exists, "an adapter folder"), folder, source)
            : null;
        ConfigKey[] own = [ConfigKeys.LoraRank, ConfigKeys.LoraAlpha, ConfigKeys.LoraRsLora, ConfigKeys.LoraTargets];
        if (from is not null && own.FirstOrDefault(v.Has) is { } given)
        {
            v.Errors.Add(
                $"{v.Where(given.Path, source)}: {given.Path}: expected it to be left to the adapter of lora.from, got a value. Remove one of them");
        }

        double dropout = v.Take(ConfigKeys.LoraDropout, 0.0);
        if (from is not null)
            return new LoraSettings(0, 0, false, dropout, [], from);
        int rank = v.Take(ConfigKeys.LoraRank, 64);
        return new LoraSettings(
            rank, v.Take(ConfigKeys.LoraAlpha, 2.0 * rank), v.Take(ConfigKeys.LoraRsLora, false), dropout,
            v.Take(ConfigKeys.LoraTargets, LoraSettings.AllModules), null);
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
            warmupSteps);
    }

    /// <summary>
    /// An input's path: beside the config, else in the current directory. The resolved config shows it in full.
    /// </summary>
    private static string Found(ConfigValues v, Input input, string folder, string source)
    {
        string given = v.Require(input.Key, "", source, input.Index);
        if (given.Length == 0)
            return "";
        string key = ConfigValues.Concrete(input.Key, input.Index);
        string[] places = [.. new[] { Path.GetFullPath(given, folder), Path.GetFullPath(given) }.Distinct()];
        string? found = places.FirstOrDefault(input.Exists);
        if (found is null)
        {
            string looked = string.Join(" or ", places);
            v.Errors.Add($"{v.Where(key, source)}: {key}: expected {input.What}, found none at {looked}");
            return places[0];
        }

        v.Resolve(input.Key, found, input.Index);
        return found;
    }

    /// <param name="What">In an error: "a model folder".</param>
    private sealed record Input(ConfigKey<string> Key, Func<string, bool> Exists, string What, int Index = 0);
}
