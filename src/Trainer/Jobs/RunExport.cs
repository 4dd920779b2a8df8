using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Tensors;
using MolEngine.Runs;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Jobs;

/// <summary>
/// Writes what a run has made into a folder of its own: what it saved in the end, else the parameters of its newest
/// checkpoint. Returns a line that says what was written, and one for each checkpoint that was passed over.
/// </summary>
internal static class RunExport
{
    /// <summary>Share of an adapter's update that rounding must take for a line about it: far above fp32's.</summary>
    private const double WorthSaying = 0.005;

    /// <param name="model">Model folder; null is the one of the run's config.</param>
    /// <param name="merge">Whether to write a model, with the adapter merged in.</param>
    /// <param name="display">Told how far a merge is.</param>
    /// <exception cref="UserException">The run has nothing to export, or its model is not there.</exception>
    public static string OfRun(RunDirectory directory, string? model, string to, MergeChoice merge, IRunDisplay display)
    {
        string[] settings = model is null ? [] : [RunConfigLoader.Setting(ConfigKeys.Model, model)];
        RunConfig run = RunConfigLoader.OfRun(directory, settings, inputsMayBeAbsent: true);
        string? saved = RunDirectory.SavedIn(directory.Root);
        if (saved is null)
            return OfCheckpoint(run, to, merge, display);
        if (run.Method == TrainingMethod.Full)
        {
            CopyFolder(saved, to);
            return $"model: {to}";
        }

        RequireModel(run, merge.Merges);
        return OfAdapter(saved, run.Model, to, merge, display);
    }

    /// <param name="model">Model folder that the adapter belongs to.</param>
    public static string OfAdapter(string adapter, string model, string to, MergeChoice merge, IRunDisplay display)
    {
        PeftAdapter read = PeftAdapter.Load(adapter, ModelConfig.Load(model));
        return Write(read.Config, read.Modules, model, read.BaseModel, to, merge, display);
    }

    private static string OfCheckpoint(RunConfig run, string to, MergeChoice merge, IRunDisplay display)
    {
        CheckpointList saved = CheckpointStore.All(run.Output);
        Checkpoint checkpoint = saved.Newest ?? throw new UserException(
            $"{run.Output}: export: expected a run that is finished or has a checkpoint, got neither. Go on with it: "
            + ProgramCommand.With($"train --resume {ShownPath.Of(run.Output)}"));
        RequireModel(run, merge.Merges && run.Method == TrainingMethod.Lora);
        if (Digests.OfModel(run.Model) != checkpoint.Identity.Model)
        {
            throw new UserException(
                $"{run.Model}: model: expected the files that the run was started with, got others. Put them back, or "
                + "say where they are: --model DIR");
        }

        IReadOnlyDictionary<string, Tensor> parameters = CheckpointStore.Parameters(checkpoint);
        ModelConfig config = ModelConfig.Load(run.Model);
        string written;
        if (run.Method == TrainingMethod.Lora)
        {
            // The run's own copy first: what lora.from names may have become another adapter.
            string? from = RunDirectory.StartAdapterIn(run.Output) ?? run.Lora.From;
            PeftAdapter? start = from is null ? null : PeftAdapter.Load(from, config);
            LoraConfig lora = RunModel.LoraOf(run, start);
            written = Write(lora, ModulesOf(parameters), run.Model, start?.BaseModel, to, merge, display);
        }
        else
        {
            ModelExport.Write(to, ModelFiles.Of(run.Model), parameters, config.StoredType);
            written = $"model: {to}";
        }

        string after = $"{written} (after step {checkpoint.Step:N0}: the run is not finished)";
        return string.Join('\n', [after, .. saved.PassedOver.Select(line => $"passed over: {line}")]);
    }

    /// <param name="baseModel">What an earlier adapter calls the model; null where there is none.</param>
    private static string Write(
        LoraConfig lora, IReadOnlyDictionary<string, (Tensor A, Tensor B)> modules, string model, string? baseModel,
        string to, MergeChoice merge, IRunDisplay display)
    {
        if (merge.Merges)
        {
            NamedInputs.RequireWhole(model);
            MergeRounding rounding = ModelExport.Merge(
                to, model, lora, modules, merge.StoreAs, progress: display.Doing("merging", "tensor"));
            if (rounding.Share >= WorthSaying)
            {
                display.Note(FormattableString.Invariant(
                    $"rounding   moves the merged weights by {rounding.Share:P0} of what the adapter does: ")
                    + "--dtype float32 writes them without");
            }

            return $"merged model: {to}";
        }

        int layers = ModelConfig.Load(model).NumLayers;
        string name = BaseModelName.Of(model, NamedInputs.IdOf(model), baseModel);
        DurableFiles.WriteFolder(to, folder => PeftAdapter.Save(folder, lora, modules, name, layers));
        return $"adapter: {to}";
    }

    /// <summary>The adapter's matrices by module path; a checkpoint has them under PEFT's names.</summary>
    private static Dictionary<string, (Tensor A, Tensor B)> ModulesOf(IReadOnlyDictionary<string, Tensor> parameters)
    {
        IEnumerable<string> modules = parameters.Keys.Select(PeftNames.Parse).Where(n => n is { IsA: true })
            .Select(n => n!.Value.Module).Order(StringComparer.Ordinal);
        return modules.ToDictionary(m => m, m => (parameters[PeftNames.A(m)], parameters[PeftNames.B(m)]));
    }

    /// <param name="weights">Whether its weights are needed: random ones are in no folder.</param>
    private static void RequireModel(RunConfig run, bool weights)
    {
        if (!File.Exists(Path.Combine(run.Model, ModelFiles.ConfigFile)))
        {
            throw new UserException(
                $"{run.Model}: model: expected the model folder of the run, got none. Say where it is now: --model "
                + "DIR");
        }

        if (weights && run.Init.Kind == InitKind.Random)
        {
            throw new UserException(
                "--merge: expected a run over a pretrained model, got one over random weights (init: random), which no "
                + "folder holds. Export the adapter alone.");
        }
    }

    private static void CopyFolder(string from, string to) => DurableFiles.WriteFolder(to, folder =>
    {
        foreach (string file in Directory.GetFiles(from))
            DurableFiles.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    });
}
