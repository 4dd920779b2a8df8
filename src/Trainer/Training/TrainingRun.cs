using System.Diagnostics;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Training;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Data;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Planning;
using MolEngine.Trainer.Questions;
using MolEngine.Trainer.Reporting;

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
    private long _step, _recorded;
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
    /// Loss or gradient became NaN or infinite.
    /// </exception>
    /// <exception cref="RunFailedException">
    /// The same, or the disk did not take what was to be saved: says what is saved, and how to go on.
    /// </exception>
    /// <exception cref="OperationCanceledException">Interrupted; the last finished step is saved.</exception>
    public static void Execute(
        RunConfig run, bool resume, IRunDisplay display, CancellationToken cancel, TrainingData? data = null)
    {
        if (resume)
            RefuseFinished(run.Output);
        else
            RunDirectory.RequireFree(run.Output);
        using RunLock? held = resume ? RunLock.Take(run.Output) : null;
        if (resume)
            CheckpointStore.RemoveLeftovers(run.Output);
        if (resume && RunDirectory.SavedIn(run.Output) is { } saved)
        {
            // Cut short between the two; another process may have done what was left until the lock was free.
            RefuseFinished(run.Output);
            Complete(run, saved, display);
            return;
        }

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
        DiskRoom.Require(run, session.Model, session.Order.Steps);

        // Made only now: a mistake in the data or the model leaves no folder behind. The lock comes before all files.
        if (!resume)
            RunDirectory.Make(run.Output);
        using RunLock? owned = resume ? null : RunLock.Take(run.Output);
        RunDirectory directory = resume ? RunDirectory.Open(run.Output) : RunDirectory.Create(run.Output, run.Resolved);
        TrainingRun? training = null;
        try
        {
            CheckpointList saved = CheckpointStore.All(run.Output);
            Checkpoint? from = saved.Newest;
            if (resume)
                MetricsHistory.KeepThrough(directory.MetricsPath, from?.Step ?? -1);
            bool validated = MetricsHistory.HasValidation(directory.MetricsPath, from?.Step ?? 0);
            using var log = new TrainingLog(display, directory, from?.Step);
            foreach (string line in saved.PassedOver)
                log.Aside($"passed over {line}");
            training = new TrainingRun(run, session, log);
            training.Train(from, validated, cancel);
        }
        catch (Exception e) when (FileWriteException.IsFault(e))
        {
            throw DiskFault.Explain(run.Output, e, training?.Keep());
        }
    }

    private static void RefuseFinished(string output)
    {
        if (RunClosing.IsComplete(output))
        {
            throw new UserException(
                $"{output}: resume: expected a run that was interrupted, got one that is finished: "
                + $"{RunDirectory.SavedIn(output)}. To train further, start a new run (lora.from goes on with an "
                + "adapter).");
        }
    }

    /// <summary>What is left of a run whose adapter or model is in place; nothing is trained.</summary>
    private static void Complete(RunConfig run, string saved, IRunDisplay display)
    {
        try
        {
            RunClosing.Complete(run.Output, Directory.GetLastWriteTimeUtc(saved));
        }
        catch (Exception e) when (FileWriteException.IsFault(e))
        {
            throw DiskFault.Explain(run.Output, e, null);
        }

        RunClosing.Tell(display, run, saved);
    }

    /// <param name="validated">Whether the validation at the step of <paramref name="from"/> is behind.</param>
    private void Train(Checkpoint? from, bool validated, CancellationToken cancel)
    {
        if (from is not null)
        {
            CheckpointStore.Restore(from, _identity, _session.Ops, _session.Optimizer);
            (_step, _recorded, _saved, _validationLoss) = (from.Step, from.Step, from.Step, from.ValidationLoss);
            Prune();
        }

        _log.Plan(_session, from);
        if (_questions is not null)
            _log.Asking(_run.Questions!, _questions);
        RunFacts.Write(_run.Output, _session, _started);

        try
        {
            if (!validated)
                Validate(_step, cancel);
            _log.Doing("computing the first step");
            while (_step < _session.Order.Steps)
            {
                PackedRow[] rows = _session.Rows(_step);
                TokenRow[] batch = [.. rows.Select(Rows.Of)];
                (double, double)? parts = IsDue(_step + 1, _run.Validate.Every) && _run.Method == TrainingMethod.Lora
                    ? _session.Optimization.GradientNorms(batch, _run.MicroBatch, cancel)
                    : null;
                long start = Stopwatch.GetTimestamp();
                UpdateFigures figures = Update(rows, batch, cancel);
                _step++;
                _log.Step(_step, _session, rows, figures, parts, Stopwatch.GetElapsedTime(start));
                Validate(_step, cancel);
                if (IsDue(_step, _run.Checkpoint.Every))
                    Save();
            }

            Finish(cancel);
        }
        catch (OperationCanceledException)
        {
            if (_step > 0)
                Save();
            _log.Stopped(_step, _run.Output);
            throw;
        }
    }

    /// <summary>
    /// The adapter or model, and the report. The samples are made first: with an adapter in place, nothing is trained
    /// any more.
    /// </summary>
    private void Finish(CancellationToken cancel)
    {
        _log.Doing("letting the model continue held-out documents");
        RunFacts.Write(_run.Output, Samples.Of(_session, cancel));
        _log.Doing("saving");
        Flush();
        string saved = _session.Model.Save();
        RunClosing.Complete(_run.Output, DateTimeOffset.UtcNow);
        _log.Doing(null);
        _log.MostMemory(_session.Ops.MemoryUse?.Most);
        _log.Tell(_run, saved);
    }

    /// <summary>One update; a loss that is not finite names the corpus and the row it came from.</summary>
    private UpdateFigures Update(PackedRow[] rows, TokenRow[] batch, CancellationToken cancel)
    {
        try
        {
            return _session.Optimization.Update(batch, _run.MicroBatch, cancel);
        }
        catch (NonFiniteException e) when (e.Row is int row)
        {
            throw new RunFailedException(
                $"{e.Message} It is row {rows[row].Row} of corpus {_session.Corpora[rows[row].Corpus].Name}. "
                + DiskFault.Stays(_run.Output), e);
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

    private void Save()
    {
        if (_step == _saved)
            return;
        _log.Doing("saving a checkpoint");
        Flush();
        _checkpoints.Save(_session.Ops, _session.Optimizer, _identity, _validationLoss);
        _saved = _step;
        Prune();
        _log.Doing(null);
    }

    /// <summary>What is saved after this never knows more steps than the figures that are on the disk.</summary>
    private void Flush()
    {
        _log.Flush();
        _recorded = _step;
    }

    private void Prune()
    {
        foreach (string line in _checkpoints.Prune())
            _log.Aside(line);
    }

    /// <summary>
    /// After a write that failed: saves the state where it would be lost otherwise, in the run directory if that can be
    /// done, else in the system's folder of temporary files.
    /// </summary>
    /// <returns>The checkpoint's folder where it is not in the run directory.</returns>
    private string? Keep()
    {
        // Where the figures of the last steps may be lost and checkpoints are saved, the steps are done again.
        bool isLost = _step > 0 && _step != _saved && (_recorded == _step || _run.Checkpoint.Every == 0);
        if (!isLost || RunDirectory.SavedIn(_run.Output) is not null)
            return null;
        string name = $"molengine-{Path.GetFileName(_run.Output)}-{Guid.NewGuid():N}";
        string elsewhere = Path.Combine(
            CheckpointStore.FolderOf(Path.Combine(Path.GetTempPath(), name)), CheckpointStore.NameOf(_step));
        Action[] ways =
        [
            () => _checkpoints.Save(_session.Ops, _session.Optimizer, _identity, _validationLoss),
            () => CheckpointStore.Write(elsewhere, _session.Ops, _session.Optimizer, _identity, _validationLoss),
        ];
        foreach (Action keep in ways)
        {
            try
            {
                keep();
                break;
            }
            catch (Exception e) when (FileWriteException.IsFault(e))
            {
                // The first failure is what is told of.
            }
        }

        return Directory.Exists(elsewhere) ? elsewhere : null;
    }
}
