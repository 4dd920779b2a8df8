using System.Diagnostics;
using MolEngine.Data;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Runs;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Planning;

namespace MolEngine.Trainer.Training;

/// <summary>A run from its config, or from its last checkpoint, to the saved adapter or model.</summary>
internal sealed class TrainingRun
{
    private readonly RunConfig _run;
    private readonly TrainingSession _session;
    private readonly TrainingLog _log;
    private readonly CheckpointStore _checkpoints;
    private readonly RunIdentity _identity;
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private readonly QuestionRound? _questions;
    private long _saved = -1;
    private double? _validationLoss;

    private TrainingRun(RunConfig run, TrainingSession session, TrainingLog log)
    {
        _run = run;
        _session = session;
        _log = log;
        _checkpoints = new CheckpointStore(run.Output, run.Checkpoint.Keep);
        _identity = session.Identity();
        _questions = QuestionRound.Of(session);
    }

    /// <summary>Trains and saves.</summary>
    /// <param name="resume">Whether to go on from the newest checkpoint of run.Output.</param>
    /// <param name="display">Told what the run does; not disposed of here.</param>
    /// <param name="data">Trained on instead of the config's corpora, where given: rows that are packed already, in an
    /// order of their own.</param>
    /// <exception cref="NonFiniteException">
    /// Loss or gradient became NaN or infinite; the last checkpoint stays.
    /// </exception>
    /// <exception cref="OperationCanceledException">Interrupted; the last finished step is saved.</exception>
    public static void Execute(
        RunConfig run, bool resume, IRunDisplay display, CancellationToken cancel, TrainingData? data = null)
    {
        if (!resume)
            RunDirectory.RequireFree(run.Output);
        else if (RunDirectory.SavedIn(run.Output) is { } finished)
        {
            throw new UserException(
                $"{run.Output}: resume: expected a run that was interrupted, got one that is finished: {finished}. To "
                + "train further, start a new run (lora.from goes on with an adapter).");
        }

        using RunLock? held = resume ? RunLock.Take(run.Output) : null;
        using Ops ops = ComputeDevice.Open(run.Device, DeviceKeys.Device.Path, run.Threads);
        if (ops.Gpu is not { } gpu)
        {
            Execute(ops, run, resume, display, cancel, data);
            return;
        }

        RunPlanner.RequireFits(run, gpu);
        try
        {
            Execute(ops, run, resume, display, cancel, data);
        }
        catch (OutOfDeviceMemoryException e) when (e.IsOfDevice)
        {
            throw FittingChange.Explain(run, gpu, e);
        }
    }

    private static void Execute(
        Ops ops, RunConfig run, bool resume, IRunDisplay display, CancellationToken cancel, TrainingData? data)
    {
        using var session = new TrainingSession(run, ops, display, cancel, data);

        // Made only now: a mistake in the data or the model leaves no folder behind.
        RunDirectory directory = resume ? RunDirectory.Open(run.Output) : RunDirectory.Create(run.Output, run.Resolved);
        using RunLock? owned = resume ? null : RunLock.Take(run.Output);
        if (resume)
            CheckpointStore.RemoveLeftovers(run.Output);
        Checkpoint? from = resume ? CheckpointStore.Latest(run.Output) : null;
        if (resume)
            MetricsHistory.KeepThrough(directory.MetricsPath, from?.Step ?? -1);
        bool validated = MetricsHistory.HasValidation(directory.MetricsPath, from?.Step ?? 0);
        using var log = new TrainingLog(display, directory, from?.Step);
        new TrainingRun(run, session, log).Train(from, validated, cancel);
    }

    /// <param name="validated">Whether the validation at the step of <paramref name="from"/> is behind.</param>
    private void Train(Checkpoint? from, bool validated, CancellationToken cancel)
    {
        if (from is not null)
        {
            CheckpointStore.Restore(from, _identity, _session.Ops, _session.Optimizer);
            (_saved, _validationLoss) = (from.Step, from.ValidationLoss);
        }

        _log.Plan(_session, from);
        if (_questions is not null)
            _log.Asking(_run.Questions!, _questions);
        RunFacts.Write(_run.Output, _session.Summary(_started, null));
        RunFacts.WriteData(_run.Output, _session.Data);

        long step = from?.Step ?? 0;
        try
        {
            if (!validated)
                Validate(step, cancel);
            _log.Doing("computing the first step");
            while (step < _session.Order.Steps)
            {
                RowId[] rows = _session.Order.RowsOfStep(step);
                TokenRow[] batch = _session.Rows(step);
                (double, double)? parts = IsDue(step + 1, _run.Validate.Every) && _run.Method == TrainingMethod.Lora
                    ? _session.Optimization.GradientNorms(batch, _run.MicroBatch, cancel)
                    : null;
                long start = Stopwatch.GetTimestamp();
                UpdateFigures figures = Update(rows, batch, cancel);
                step++;
                _log.Step(step, _session, rows, batch, figures, parts, Stopwatch.GetElapsedTime(start));
                Validate(step, cancel);
                if (IsDue(step, _run.Checkpoint.Every))
                    Save(step);
            }

            Finish(cancel);
        }
        catch (OperationCanceledException)
        {
            if (step > 0)
                Save(step);
            _log.Stopped(step, _run.Output);
            throw;
        }
    }

    /// <summary>
    /// The adapter or model, and the report. The samples are made first: an adapter in place means that the run is
    /// finished.
    /// </summary>
    private void Finish(CancellationToken cancel)
    {
        _log.Doing("letting the model continue held-out documents");
        RunFacts.Write(_run.Output, Samples.Of(_session, cancel));
        _log.Doing("saving");
        string saved = _session.Model.Save();
        RunFacts.Write(_run.Output, _session.Summary(_started, DateTimeOffset.UtcNow));
        RunReport.Write(_run.Output);
        _log.Doing(null);
        _log.MostMemory(_session.Ops.MemoryUse?.Most);
        _log.Summary(RunRecordReader.Read(_run.Output));
        _log.Done(_run, saved);
    }

    /// <summary>One update; a loss that is not finite names the corpus and the row it came from.</summary>
    private UpdateFigures Update(RowId[] rows, TokenRow[] batch, CancellationToken cancel)
    {
        try
        {
            return _session.Optimization.Update(batch, _run.MicroBatch, cancel);
        }
        catch (NonFiniteException e) when (e.Row is int row)
        {
            throw new RunFailedException(
                $"{e.Message} It is row {rows[row].Row} of corpus {_session.Corpora[rows[row].Corpus].Name}. The last "
                + "checkpoint stays.", e);
        }
    }

    /// <summary>Every so many steps, and after the last; never where the interval is 0.</summary>
    private bool IsDue(long step, int every) => every > 0 && (step % every == 0 || step == _session.Order.Steps);

    /// <summary>The figures of held-out documents and the questions, where they are due.</summary>
    private void Validate(long step, CancellationToken cancel)
    {
        IReadOnlyList<CorpusFigures> figures = [];
        if (IsDue(step, _run.Validate.Every))
        {
            _log.Doing("validating on held-out documents");
            figures = _session.Validation.Run(cancel);
            _validationLoss = _session.ValidationLoss(figures);
        }

        QuestionScore? score = null;
        if (_questions?.IsDue(step) == true)
        {
            _log.Doing("asking questions");
            score = _questions.Ask(step, cancel);
        }

        _log.Doing(null);
        _log.Validation(step, figures, score);
    }

    private void Save(long step)
    {
        if (step == _saved)
            return;
        _log.Doing("saving a checkpoint");
        _checkpoints.Save(_session.Ops, _session.Optimizer, _identity, _validationLoss);
        _log.Doing(null);
        _saved = step;
    }
}
