using System.Diagnostics;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Optim;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Data;
using MolEngine.Trainer.Reporting;

namespace MolEngine.Trainer.Training;

/// <summary>A run from its config to the saved adapter or model.</summary>
internal static class TrainingRun
{
    /// <summary>Trains and saves. Returns the folder of the adapter or model.</summary>
    /// <exception cref="NonFiniteException">Loss or gradient became NaN or infinite.</exception>
    public static string Execute(RunConfig run, TextWriter output, CancellationToken cancel)
    {
        RunDirectory.RequireFree(run.Output);
        using Ops ops = CpuBackend.Create(threads: run.Threads);
        using var model = new RunModel(run, ops);
        IReadOnlyList<Corpus> corpora = LoadCorpora(run, model);
        TrainingOrder order = TrainingOrder.For(run, corpora);
        using LossPass pass = Pass(run, ops, model);
        using Arena states = ops.CreateArena("optimizer");
        var loss = new LossOptions(run.Loss.Kind, run.Loss.Alpha, TopN(run, model));
        var optimization = new MolOptimization(
            ops, pass, model.Student, loss.NeedsBase ? model.Base : null, loss, Optimizer(run, ops, model.Student, states),
            Schedule(run, order));
        var validation = new Validation(pass, model.Student, model.Base, corpora, run.Validate.Documents, run.MicroBatch);

        // Made only now: a mistake in the data or the model leaves no folder behind.
        using var log = new TrainingLog(output, RunDirectory.Create(run.Output, run.Resolved));
        log.Plan(run, ops, model, corpora, order, pass.Bytes + states.Bytes + model.GradientArena.Bytes + model.WeightBytes);
        bool validates = run.Validate.Every > 0;
        if (validates)
            log.Validation(0, validation.Run(cancel));
        for (long step = 0; step < order.Steps; step++)
        {
            long start = Stopwatch.GetTimestamp();
            PackedRow[] rows = [.. order.RowsOfStep(step).Select(r => corpora[r.Corpus].Train.Row(r.Row))];
            UpdateFigures figures = optimization.Update([.. rows.Select(Rows.Of)], run.MicroBatch, cancel);
            log.Step(step + 1, order, corpora, rows, figures, Stopwatch.GetElapsedTime(start));
            if (validates && ((step + 1) % run.Validate.Every == 0 || step + 1 == order.Steps))
                log.Validation(step + 1, validation.Run(cancel));
        }

        string saved = model.Save(run.Output);
        log.Done(saved);
        return saved;
    }

    private static IReadOnlyList<Corpus> LoadCorpora(RunConfig run, RunModel model)
    {
        int end = DocumentEnd.Resolve(run.Data.DocumentEnd, model.Config, model.Tokenizer);
        return new CorpusLoader(TextTokenizer.Of(model.Tokenizer, run.Model, end), run.Threads)
            .Load(run.Data, run.Validate);
    }

    private static LossPass Pass(RunConfig run, Ops ops, RunModel model) => new(
        ops, model.Config, run.MicroBatch * run.Data.Context, run.Data.Context, model.Base is null ? 0 : TopN(run, model),
        run.Recompute == RecomputeKind.Layer ? Retention.LayerInputs : Retention.All, model.Student.Weights);

    private static AdamW Optimizer(RunConfig run, Ops ops, Student student, Arena arena)
    {
        OptimizerSettings o = run.Optimizer;
        return new AdamW(ops, new AdamWOptions(o.Beta1, o.Beta2, o.Eps, o.WeightDecay, o.Clip), student.Parameters, arena);
    }

    private static LearningRateSchedule Schedule(RunConfig run, TrainingOrder order) => new(
        run.Optimizer.Schedule, run.Optimizer.LearningRate, (int)order.Steps, (int)run.Optimizer.WarmupOf(order.Steps));

    private static int TopN(RunConfig run, RunModel model) => Math.Min(run.Loss.TopN, model.Config.VocabSize);
}
