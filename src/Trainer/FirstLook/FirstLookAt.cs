using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Data.Records;
using MolEngine.Data.Settings;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Models;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Planning;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Planning;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.FirstLook;

/// <summary>Looks at a model and files, and makes a config that trains the one on the others.</summary>
/// <param name="model">The model's folder.</param>
/// <param name="given">The model as it was named.</param>
/// <param name="config">Full path of the config to be.</param>
internal sealed class FirstLookAt(
    string model, string given, string config, IRunDisplay display, CancellationToken cancel)
{
    /// <summary>What was seen, a name and what it is; in the order that people read it in.</summary>
    public List<(string Name, string Text)> Seen { get; } = [];

    /// <summary>The config as YAML.</summary>
    /// <exception cref="UserException">A file is not there, or no corpus can be trained on.</exception>
    public string Make(IReadOnlyList<string> paths)
    {
        ModelConfig facts = ModelConfig.Load(model);
        DocumentTokenizer texts = Texts(facts, out string name);
        var loader = new CorpusLoader(texts, Environment.ProcessorCount, display);
        string[] settings = [RunConfigLoader.Setting(ConfigKeys.Model, model)];
        SeenCorpus[] all = [.. paths.Select(p => SeenCorpus.Of(p, settings, loader, cancel))];
        SeenCorpus[] usable = [.. all.Where(c => c.Problem is null)];
        SeenCorpus[] leftOut = [.. all.Where(c => c.Problem is not null)];
        if (usable.Length == 0)
            throw new UserException(string.Join(Environment.NewLine, leftOut.Select(c => c.Problem)));

        using Ops ops = ComputeDevice.Open(
            DeviceSettings.Default, DeviceKeys.Device.Path, n => Seen.Add(("note", n)));
        GpuModel device = ops.Gpu ?? HostModel.Unmeasured;
        Seen.Add(("device", $"{ops.Description}, {ShownSize.Of(device.MemoryBytes)} free"));
        IReadOnlyList<KindGuess> kinds = KindGuess.Of([.. usable.Select(c => (c.Given, c.Tokens))]);
        StarterCorpus[] corpora = [.. usable.Select((c, i) => Named(c, kinds[i], usable.Take(i)))];
        Tell(corpora, leftOut);
        var starter = new StarterConfig(
            name, InConfig(given), OutputFolder(), corpora, leftOut,
            StarterValues.Of([.. corpora.Select(c => (c.Seen, c.Guess.Kind))], facts, ops.Gpu is null));
        display.Doing("planning memory");
        string yaml = Fitting(starter, device).Yaml();
        Tried(yaml, facts, texts);
        return yaml;
    }

    private DocumentTokenizer Texts(ModelConfig facts, out string name)
    {
        ModelSummary summary = ModelSummary.Of(model);
        name = $"{NamedInputs.IdOf(model) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(model))} "
            + $"({facts.Architecture}, {Counts.Of(summary.Parameters, "parameter")})";
        var usual = new DataSettings(DataKeys.UsualContext, null, null, 0, []);
        DocumentTokenizer texts = DocumentTokenizer.Of(FittingTokenizer.Load(model, facts), facts, model, usual);
        Seen.Add(("model", $"{name}; {Counts.Of(facts.MaxPositionEmbeddings, "position")}; {texts.Writer.Rule}"));
        return texts;
    }

    private void Tell(IReadOnlyList<StarterCorpus> corpora, IReadOnlyList<SeenCorpus> leftOut)
    {
        foreach (StarterCorpus corpus in corpora)
        {
            Seen.Add((
                "corpus", $"{corpus.Name ?? corpus.Seen.Name}: {corpus.InWords}; guess: {corpus.Guess.Kind.Name()}, as "
                    + corpus.Guess.Why));
            Seen.AddRange(corpus.Seen.Notes.Select(note => ("", note)));
        }

        Seen.AddRange(leftOut.Select(c => ("left out", c.Problem!)));
    }

    /// <summary>The config with what memory needs changed, and with what it says of training all parameters.</summary>
    private StarterConfig Fitting(StarterConfig starter, GpuModel device)
    {
        RunConfig run = Parse(starter.Yaml(), []);
        RunPlan plan = RunPlanner.Plan(run, device);
        if (!plan.Fits && FittingChange.Find(run, device) is { } change)
        {
            RunConfig changed = Parse(starter.Yaml(), [.. change.Settings]);
            starter = starter with
            {
                Values = starter.Values with
                {
                    Context = changed.Data.Context,
                    MicroBatch = changed.MicroBatch,
                    Recompute = changed.Recompute,
                    Rank = changed.Lora.Rank == run.Lora.Rank ? null : changed.Lora.Rank,
                },
            };
            (run, plan) = (changed, change.Plan);
        }

        string fits = plan.Fits ? "" : ", more than is free: take a smaller model";
        Seen.Add(("memory", $"at most {ShownSize.Of(plan.NeededBytes)} of {ShownSize.Of(device.MemoryBytes)}{fits}"));
        long full = RunPlanner.Plan(Parse(starter.Yaml(), [$"{ConfigKeys.Method.Path}=full"]), device)
            .NeededBytes;
        string room = full <= device.MemoryBytes ? "there is room" : "there is no room";
        return starter with { OfFull = $"full trains all parameters: {ShownSize.Of(full)}, for which {room}" };
    }

    /// <summary>Reads the config, and all of its data, as training will.</summary>
    private void Tried(string yaml, ModelConfig facts, DocumentTokenizer texts)
    {
        RunConfig run = Parse(yaml, []);
        using TrainingData data = TrainingData.Load(run.Data, run.Order, texts, run.Threads, display, cancel);
        Seen.Add(("plan", DataPlan.Steps(data.Order)));
        Seen.AddRange(
            PlanCheck.OddData(run, facts, data.Corpora, data.Order).Select(line => ("warning", line)));
    }

    private RunConfig Parse(string yaml, IReadOnlyList<string> settings) =>
        RunConfigLoader.Parse(yaml, config, settings);

    private StarterCorpus Named(SeenCorpus corpus, KindGuess guess, IEnumerable<SeenCorpus> before)
    {
        int same = before.Count(c => c.Name == corpus.Name);
        return new(corpus, guess, InConfig(corpus.Given), same == 0 ? null : $"{corpus.Name}-{same + 1}");
    }

    /// <summary>
    /// A path that means the same wherever the program is started: relative to the config below its folder, else
    /// absolute. A name or an address stays what it is.
    /// </summary>
    private string InConfig(string path)
    {
        if (NamedInputs.IsAddress(path) || (path == given && !Path.Exists(path)))
            return path;
        string full = Path.GetFullPath(path);
        string relative = Path.GetRelativePath(Path.GetDirectoryName(config)!, full);
        return relative.Split(Path.DirectorySeparatorChar)[0] == ".." || Path.IsPathRooted(relative) ? full : relative;
    }

    /// <summary>A folder that is not there yet: outputs are looked up from where the program is started.</summary>
    private string OutputFolder()
    {
        string name = Path.Combine("runs", Path.GetFileNameWithoutExtension(config));
        return Enumerable.Range(1, int.MaxValue).Select(i => i == 1 ? name : $"{name}-{i}").First(f => !Path.Exists(f));
    }
}
