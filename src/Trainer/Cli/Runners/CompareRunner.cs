using MolEngine.Basics.Numerics;
using MolEngine.Basics.Text;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Engine.Training;
using MolEngine.Evaluation.Comparing;
using MolEngine.Evaluation.Harness;
using MolEngine.Evaluation.Tasks;
using MolEngine.Kernels.Ops;
using MolEngine.Runs.Comparisons;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Comparing;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>Compares models with the base that they came from, on texts, tasks and the questions of runs.</summary>
internal sealed class CompareRunner
{
    /// <summary>Tokens of the base that the coarse KL has one by one: as training has them by default.</summary>
    private const int TopN = 31;

    private const string BaseName = "base";

    private readonly CompareOptions _options;
    private readonly CommandContext _context;
    private readonly IReadOnlyList<ComparedInput> _inputs;
    private readonly ComparedTasks _baseTasks;

    private CompareRunner(CompareOptions options, CommandContext context)
    {
        (_options, _context) = (options, context);
        _inputs = ComparedInputs.Of(options.Base, options.Models, options.Adapters, Inputs.Place);
        _baseTasks = new ComparedTasks(options, options.Base);
        bool named = options.Tasks is not null || options.Texts.Count > 0;
        Runs = named && !options.HeldOut ? [] : [.. _inputs.Where(i => i.Run is not null)];
        if (options.HeldOut && Runs.Count == 0)
            throw new UserException("--held-out: expected a run among the models, which has held out texts, got none");
        if (!named && Runs.Count == 0)
        {
            throw new UserException(
                "--tasks, --texts: expected at least one of them, or a run among the models, whose held-out texts and "
                    + "questions are then taken, got none");
        }
    }

    /// <summary>Runs whose texts and questions are asked; empty where a person names others.</summary>
    private IReadOnlyList<ComparedInput> Runs { get; }

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(CompareOptions options, CommandContext context) => new CompareRunner(options, context).Run();

    private int Run()
    {
        using Ops ops = ComputeDevice.Open(_options.Device, OptionNames.Device, _context.Error.WriteLine);
        using InferenceModel reference = Loading.Model(ops, _options.Base, null, _context);
        Tokenizer tokenizer = Loading.Told(reference.LoadTokenizer(), _context);
        IReadOnlyList<TextSource> texts = Texts(reference.Config, tokenizer, out int context);
        IReadOnlyList<QuestionSource> questions =
            QuestionSource.Of(Runs, _options.Base, ops, reference.Config, tokenizer, _options.Limit);
        RequireNamed(texts, questions);
        IReadOnlyList<IReadOnlyList<ItemAnswer>> baseAnswers = _baseTasks.Ask(
            null, BaseName, ops, reference.Config, reference.Frozen, tokenizer, _context);
        IReadOnlyList<ItemAnswer>[] baseQuestions =
            [.. questions.Select(q => Asked(q, BaseName, reference.Frozen))];
        var models = new List<ComparedModel>();
        foreach (ComparedInput input in _inputs)
        {
            using InferenceModel? own = input.Model is null ? null : Loading.Model(ops, input.Model, null, _context);
            if (own is not null)
                RequireComparable(input, own, reference.Config, tokenizer);
            TransformerWeights weights = own?.Frozen ?? Adapted(reference, input.Adapter!);
            TextChange[] textChanges = [.. texts.Select(t => Compared(t, input.Name, ops, reference, weights))];
            var tasks = new List<TaskChange>();
            foreach ((int i, QuestionSource q) in questions.Index())
            {
                var items = new PairedItems(q.Name, baseQuestions[i], Asked(q, input.Name, weights), GroupMean.Items);
                tasks.Add(Changes.OfTask(q.Name, isDomain: true, q.How, items, _options.Seed));
            }

            tasks.AddRange(Tasks(input, own, ops, reference.Config, weights, tokenizer, baseAnswers));
            models.Add(new ComparedModel(input.Name, input.Place, textChanges, tasks)
            {
                Checkpoints = [.. Checkpoints(input, ops, reference, texts)],
            });
        }

        Tell(new Comparison(
            NamedInputs.IdOf(_options.Base) ?? _options.Base, models, PairedBootstrap.Resamples, _options.Seed,
            Math.Min(TopN, reference.Config.VocabSize), [.. Notes(ops, context)])
        {
            Distances = Changes.Distances(models, _options.Seed),
        });
        return ExitCode.Done;
    }

    private IReadOnlyList<TextSource> Texts(ModelConfig config, Tokenizer tokenizer, out int context)
    {
        using IRunDisplay display = _context.OpenDisplay(_context.Error);
        var sources = new TextSources(
            _options.Base, config, tokenizer, _options.Limit, display, _context.Interrupted);
        context = sources.Context;
        List<TextSource> texts = Runs.Count > 0 ? [.. sources.HeldOut(Runs)] : [];
        foreach (string given in _options.Texts)
        {
            (string? name, string path) = ComparedInputs.Named(given, p => p);
            name ??= Path.GetFileNameWithoutExtension(path);
            if (texts.Any(t => t.Name == name))
            {
                throw new UserException(
                    $"--texts: {name}: expected a name for each{(Runs.Count > 0 ? ", held-out texts too" : "")}, "
                        + "got it twice. Write NAME=FILE");
            }

            texts.Add(sources.File(name, path, _options.Domain.Contains(name)));
        }

        return texts;
    }

    /// <summary>A name of --domain that is no task's and no text's would leave what it means among the general.
    /// </summary>
    private void RequireNamed(IReadOnlyList<TextSource> texts, IReadOnlyList<QuestionSource> questions)
    {
        string[] names =
        [
            .. texts.Select(t => t.Name), .. questions.Select(q => q.Name),
            .. _baseTasks.Tasks.Select(t => t.Choice.Id),
        ];
        if (_options.Domain.FirstOrDefault(d => !names.Contains(d)) is { } unknown)
        {
            throw new UserException(
                $"--domain: {unknown}: expected the name of a text or a task, got another. There "
                    + $"{(names.Length == 1 ? "is" : "are")} {string.Join(", ", names)}");
        }
    }

    private IReadOnlyList<ItemAnswer> Asked(QuestionSource questions, string name, TransformerWeights weights)
    {
        using IRunDisplay display = _context.OpenDisplay(_context.Error);
        return questions.Ask(
            weights, _context.Interrupted, display.Doing($"{name}: {questions.Name}", "question"));
    }

    private TextChange Compared(
        TextSource source, string name, Ops ops, InferenceModel reference, TransformerWeights weights)
    {
        using IRunDisplay display = _context.OpenDisplay(_context.Error);
        TokenRow[] rows = [.. source.Documents.SelectMany(d => d)];
        Action<long, long> progress = display.Doing($"{name}: {source.Name}", "row");
        TokenComparison[] sums;
        try
        {
            sums = DocumentComparer.Compare(
                ops, reference.Config, reference.Frozen, weights, rows, TopN,
                done =>
                {
                    _context.Interrupted.ThrowIfCancellationRequested();
                    progress(done, rows.Length);
                });
        }
        catch (NonFiniteException e)
        {
            throw new RunFailedException($"{name}: {source.Name}: {e.Message}");
        }

        TextSource counted = source with { IsDomain = source.IsDomain || _options.Domain.Contains(source.Name) };
        return Changes.OfText(counted, sums, _options.Seed);
    }

    private IEnumerable<TaskChange> Tasks(
        ComparedInput input, InferenceModel? own, Ops ops, ModelConfig config, TransformerWeights weights,
        Tokenizer tokenizer, IReadOnlyList<IReadOnlyList<ItemAnswer>> before)
    {
        ComparedTasks tasks = own is null ? _baseTasks : new ComparedTasks(_options, own.Folder);
        IReadOnlyList<IReadOnlyList<ItemAnswer>> after =
            tasks.Ask(input.Adapter, input.Name, ops, config, weights, tokenizer, _context);
        return tasks.Tasks.Select((task, i) => Changes.OfTask(
            task.Choice.Id, _options.Domain.Contains(task.Choice.Id), TaskResult.HowOf(task),
            new PairedItems(task.Choice.Id, before[i], after[i], task.Task.Mean), _options.Seed));
    }

    private static TransformerWeights Adapted(InferenceModel reference, string folder)
    {
        NamedInputs.RequireWhole(folder);
        return reference.Adapted(folder);
    }

    /// <summary>What a run's checkpoints, the last step's apart, say to the texts.</summary>
    private IEnumerable<CheckpointChange> Checkpoints(
        ComparedInput input, Ops ops, InferenceModel reference, IReadOnlyList<TextSource> texts)
    {
        if (!_options.Checkpoints || texts.Count == 0 || input.Run is not { } run)
            yield break;
        if (run.Method == TrainingMethod.Full)
        {
            _context.Error.WriteLine(
                $"molengine: --checkpoints: {input.Name} trained all parameters: its checkpoints are not compared");
            yield break;
        }

        CheckpointList saved = CheckpointStore.All(run.Output);
        foreach (string damaged in saved.PassedOver)
            _context.Error.WriteLine($"molengine: --checkpoints: passed over: {damaged}");
        long? last = RunRecordReader.Read(run.Output).Metrics?.Range?.Last;
        foreach (Checkpoint checkpoint in saved.Whole.Where(c => c.Step > 0 && c.Step != last))
        {
            ExportedAdapter adapter = RunExport.AdapterOf(run, checkpoint, reference.Config);
            TransformerWeights weights = reference.Adapted(adapter.Lora, adapter.Modules);
            string name = $"{input.Name}, step {checkpoint.Step:N0}";
            yield return new CheckpointChange(
                checkpoint.Step, [.. texts.Select(t => Compared(t, name, ops, reference, weights))]);
        }
    }

    /// <summary>Distributions are compared token by token: both models must mean the same by an id.</summary>
    private void RequireComparable(ComparedInput input, InferenceModel own, ModelConfig config, Tokenizer tokenizer)
    {
        if (!own.Config.ComputesLike(config))
        {
            throw new UserException(
                $"MODEL: {input.Place}: expected a model of the shapes of {_options.Base}, got another architecture or "
                    + "other sizes. A model is compared with the one it came from");
        }

        Tokenizer other = own.LoadTokenizer();
        for (int id = 0; id < config.VocabSize; id++)
        {
            if (other.TokenText(id) != tokenizer.TokenText(id))
            {
                throw new UserException(
                    $"MODEL: {input.Place}: tokenizer: expected the vocabulary of {_options.Base}, where token {id} is "
                        + $"{tokenizer.TokenText(id) ?? "none"}, got {other.TokenText(id) ?? "none"}");
            }
        }
    }

    private IEnumerable<string> Notes(Ops ops, int context)
    {
        if (Runs.Count > 0)
        {
            string runs = string.Join(", ", Runs.Select(r => r.Name));
            yield return $"Texts are those that {runs} held out from training, with the tokens that training counts; "
                + "kinds are the config's, and a run's questions count as domain.";
        }

        if (_options.Texts.Count > 0)
        {
            yield return $"{(Runs.Count > 0 ? "Texts of --texts" : "Texts")} are read in pieces of at most "
                + $"{Counts.Of(context, "token")}; all but those of --domain count as general.";
        }

        if (_options.Limit is { } limit)
            yield return $"At most {limit} items of a subset and documents of a text, the first ones (--limit).";
        yield return $"Computed on {ops.Description}.";
    }

    private void Tell(Comparison comparison)
    {
        foreach (string line in ComparisonTable.Lines(comparison))
            _context.WriteLine(line);
        string? html = _options.Html ?? (_options.Out is null ? null : Path.Combine(_options.Out, "compare.html"));
        string? json = _options.Json ?? (_options.Out is null ? null : Path.Combine(_options.Out, "compare.json"));
        if (html is not null)
        {
            ComparisonPage.Write(html, comparison);
            _context.WriteLine($"page: {html}");
        }

        if (json is not null)
        {
            ComparisonJson.Write(json, comparison);
            _context.WriteLine($"json: {json}");
        }
    }
}
