using MolEngine.Basics.Files;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Models;
using MolEngine.Evaluation.Harness;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>The files of an evaluation, and what its answers depend on.</summary>
internal sealed class EvalFiles(EvalOptions options, ModelConfig config, Ops ops)
{
    private const string Results = "evals";
    private const int HashLength = 8;

    private readonly string _model = Digests.OfModel(options.Model);

    private readonly string _adapter = options.Adapter is { } folder ? OfAdapter(folder) : "none";

    /// <summary>The log of a task: in a folder that a person named under the task's name, else beside those of the
    /// model under a name of its own for all that its answers depend on.</summary>
    /// <exception cref="UserException">It has answers of another evaluation.</exception>
    public ResultLog Open(PreparedTask task)
    {
        IReadOnlyDictionary<string, string> identity = Identity(task);
        if (options.Output is { } folder)
            return new ResultLog(Path.Combine(folder, $"{task.Choice.Id}.jsonl"), identity);
        return new ResultLog(Path.Combine(Results, ModelName(), LogName.Of(task, identity)), identity);
    }

    /// <summary>Writes the scores of a task beside its log.</summary>
    public void Write(TaskResult result, string log) => DurableFiles.Write(
        Path.ChangeExtension(log, ".json"),
        to => ResultJson.Write(to, options.Model, options.Adapter, [(result, null)]));

    private static string OfAdapter(string folder) => Digests.OfText(
        Digests.OfFile(Path.Combine(folder, PeftAdapter.TensorsFile))
            + Digests.OfFile(Path.Combine(folder, Inputs.AdapterConfig)));

    private string ModelName()
    {
        string model = NamedInputs.IdOf(options.Model)
            ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Model)));
        string name = options.Adapter is null ? model : $"{model}+{_adapter[..HashLength]}";
        return name.Replace('/', '_').Replace('\\', '_');
    }

    private SortedDictionary<string, string> Identity(PreparedTask task)
    {
        EvalSettings settings = options.Settings;
        var identity = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["model"] = _model,
            ["adapter"] = _adapter,
            ["task"] = task.Choice.Id,
            ["task_file"] = Digests.OfText(task.Task.Yaml),
            ["data"] = Digests.OfText(string.Join('\n', task.DataFiles.Select(Digests.OfFile))),
            ["shots"] = $"{task.Shots}",
            ["shots_as_turns"] = task.ShotsAsTurns ? "true" : "false",
            ["limit"] = settings.Limit is { } limit ? $"{limit}" : "none",
            ["chat_template"] = task.UsesChat ? ChatTemplates.FingerprintOf(options.Model) : "none",
            ["context"] = $"{config.MaxPositionEmbeddings}",
            ["activations"] = $"{ops.ActivationType}",
        };
        if (task.Generation is not { } generation)
            return identity;
        identity["mode"] = settings.Mode?.ToString() ?? "none";
        identity["max_tokens"] = $"{generation.MaxTokens}";
        identity["samples"] = $"{generation.Samples}";
        if (generation.Sampling is not null)
            identity["seed"] = $"{settings.Seed}";
        return identity;
    }
}
