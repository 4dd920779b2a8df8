using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Data.Settings;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Tensors;
using MolEngine.Runs;
using MolEngine.Runs.Records;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Jobs;

/// <summary>
/// Writes what a run has made into a folder of its own: what it saved in the end, else the parameters of its newest
/// checkpoint, or of the best one, where the run is to save that.
/// </summary>
internal static class RunExport
{
    /// <param name="model">Model folder; null is the one of the run's config.</param>
    /// <param name="merge">Whether to write a model, with the adapter merged in.</param>
    /// <param name="display">Told how far a merge is.</param>
    /// <exception cref="UserException">The run has nothing to export, or its model is not there.</exception>
    public static Exported OfRun(
        RunDirectory directory, string? model, string to, MergeChoice merge, IRunDisplay display)
    {
        string[] settings = model is null ? [] : [RunConfigLoader.Setting(ConfigKeys.Model, model)];
        RunConfig run = RunConfigLoader.OfRun(directory, settings, inputsMayBeAbsent: true);
        string? saved = RunDirectory.SavedIn(directory.Root);
        if (saved is null)
            return OfCheckpoint(run, to, merge, display);
        if (run.Method == TrainingMethod.Full)
        {
            CopyFolder(saved, to);
            return new Exported($"model: {to}");
        }

        RequireModel(run, merge.Merges);
        return OfAdapter(saved, run.Model, to, merge, display, run);
    }

    /// <param name="model">Model folder that the adapter belongs to.</param>
    /// <param name="run">The run that it is of; null where it is of none that is known.</param>
    public static Exported OfAdapter(
        string adapter, string model, string to, MergeChoice merge, IRunDisplay display, RunConfig? run = null)
    {
        PeftAdapter read = PeftAdapter.Load(adapter, ModelConfig.Load(model));
        Prompting prompting = run is not null && merge.Merges
            ? PromptingOf(run, TemplateOf(run))
            : new(ChatTemplates.OwnOf(adapter), []);
        return Write(
            new ExportedAdapter(read.Config, read.Modules, model, read.BaseModel, run), prompting, to, merge, display);
    }

    private static Exported OfCheckpoint(RunConfig run, string to, MergeChoice merge, IRunDisplay display)
    {
        CheckpointList saved = CheckpointStore.All(run.Output);
        Checkpoint? best =
            run.Checkpoint.Export == ExportKind.Best ? RunCourse.BestSoFar(run, saved.Whole) : null;
        Checkpoint checkpoint = best ?? saved.Newest ?? throw new UserException(
            $"{run.Output}: export: expected a run that is finished or has a checkpoint, got neither. Go on with it: "
            + ProgramCommand.With($"train --resume {ShownPath.Of(run.Output)}"));
        RequireModel(run, merge.Merges && run.Method == TrainingMethod.Lora);
        if (Digests.OfModel(run.Model) != checkpoint.Identity.Model)
        {
            throw new UserException(
                $"{run.Model}: model: expected the files that the run was started with, got others. Put them back, or "
                + "say where they are: --model DIR");
        }

        ModelConfig config = ModelConfig.Load(run.Model);
        Exported written;
        if (run.Method == TrainingMethod.Lora)
        {
            written = Write(
                AdapterOf(run, checkpoint, config),
                PromptingOf(run, merge.Merges ? TemplateOf(run) : TextIfThere(run.Data.ChatTemplate)),
                to, merge, display);
        }
        else
        {
            ModelFiles files = ModelFiles.Of(run.Model) with { Prompting = PromptingOf(run, TemplateOf(run)) };
            ModelExport.Write(to, files, CheckpointStore.Parameters(checkpoint), config.StoredType);
            written = new Exported(Told($"model: {to}", files.Prompting, run.Model, run));
        }

        string which = best is not null ? ", of the best validation so far"
            : run.Checkpoint.Export == ExportKind.Best ? ", the newest, as no validation that was judged has one"
            : "";
        string after = $"{written.Told} (after step {checkpoint.Step:N0}{which}: the run is not finished)";
        string told = string.Join('\n', [after, .. saved.PassedOver.Select(line => $"passed over: {line}")]);
        return written with { Told = told };
    }

    /// <summary>The adapter that a run had at a checkpoint.</summary>
    public static ExportedAdapter AdapterOf(RunConfig run, Checkpoint checkpoint, ModelConfig config)
    {
        // The run's own copy first: what lora.from names may have become another adapter.
        string? from = RunDirectory.StartAdapterIn(run.Output) ?? run.Lora.From;
        PeftAdapter? start = from is null ? null : PeftAdapter.Load(from, config);
        return new ExportedAdapter(
            RunModel.LoraOf(run, start), ModulesOf(CheckpointStore.Parameters(checkpoint)), run.Model,
            start?.BaseModel, run);
    }

    private static Exported Write(
        ExportedAdapter adapter, Prompting prompting, string to, MergeChoice merge, IRunDisplay display)
    {
        string model = adapter.Model;
        if (merge.Merges)
        {
            NamedInputs.RequireWhole(model);
            MergeRounding rounding = ModelExport.Merge(
                to, model, adapter.Lora, adapter.Modules, merge.StoreAs,
                progress: display.Doing("merging", "tensor"), prompting: prompting);
            return new Exported(
                Told($"merged model: {to}", prompting, model, adapter.Run), new MergedModel(to, adapter, rounding));
        }

        int layers = ModelConfig.Load(model).NumLayers;
        string name = BaseModelName.Of(model, NamedInputs.IdOf(model), adapter.BaseModel);
        DurableFiles.WriteFolder(
            to, f => PeftAdapter.Save(f, adapter.Lora, adapter.Modules, name, layers, prompting.ChatTemplate));
        return new Exported(Told($"adapter: {to}", prompting with { Ends = [] }, model, adapter.Run));
    }

    /// <summary>What was written, and what of it the model does not say that it was made of.</summary>
    private static string Told(string written, Prompting prompting, string model, RunConfig? run)
    {
        string[] ends = [.. prompting.Ends.Except(GenerationConfig.Load(model).EosTokenIds).Select(id => $"{id}")];
        string stops = ends.Length == 0 ? ""
            : $"\n{GenerationConfig.FileName}: eos_token_id has {string.Join(", ", ends)} too, which ended what was "
                + "trained on";
        bool isAsked = prompting.ChatTemplate is null || run?.Data.ChatTemplate is not null;
        return isAsked ? written + stops
            : $"{written}{stops}\nchat_template.jinja: as it was trained with, not the model's own";
    }

    private static string? TextIfThere(string? file) => File.Exists(file) ? ChatTemplates.TextOf(file) : null;

    /// <summary>How what a run made is prompted. Dialogues are what its data.json tells.</summary>
    /// <param name="template">The chat template that it was trained with; null for the model's own, or where its file
    /// is gone.</param>
    private static Prompting PromptingOf(RunConfig run, string? template)
    {
        bool dialogues = RunRecordReader.Read(run.Output).HasDialogues;
        bool isGone = template is null && run.Data.ChatTemplate is not null;
        if (isGone || (!dialogues && run.Data.DocumentEnd is null))
            return new(template, []);
        ModelConfig config = ModelConfig.Load(run.Model);
        Tokenizer tokenizer = FittingTokenizer.Load(run.Model, config);
        DocumentTokenizer texts = DocumentTokenizer.Of(tokenizer, config, run.Model, run.Data);
        return RunPrompting.Of(texts, template, dialogues);
    }

    /// <summary>The chat template that a run was trained with; null for the model's own.</summary>
    /// <exception cref="UserException">Its file is gone: the new model would be prompted otherwise.</exception>
    private static string? TemplateOf(RunConfig run)
    {
        if (run.Data.ChatTemplate is not { } file)
            return null;
        return File.Exists(file) ? ChatTemplates.TextOf(file) : throw new UserException(
            $"{file}: {DataKeys.ChatTemplate.Path}: expected the chat template that the run was trained with, got no "
                + "such file. Put it back; or export the adapter (without --merge), and merge that, for a model with "
                + "the base model's own template");
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
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(from, file));
            DurableFile.MakeFolder(Path.GetDirectoryName(target)!);
            DurableFiles.Copy(file, target);
        }
    });
}
