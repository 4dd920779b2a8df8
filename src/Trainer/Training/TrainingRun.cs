using System.Diagnostics;
using MolEngine.Basics.Files;
using MolEngine.Data;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Training;
using MolEngine.Engine.Weights;
using MolEngine.Evaluation.Tasks.Results;
using MolEngine.Runs;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Training;

/// <summary>The loop of a run: steps, validations, checkpoints, and the saved adapter or model at its end.</summary>
internal sealed class TrainingRun
{
    private readonly RunConfig _run;
    private readonly TrainingSession _session;
    private readonly TrainingLog _log;
    private readonly CheckpointStore _checkpoints;
    private readonly RunIdentity _identity;
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private readonly QuestionRound? _questions;
    private readonly BenchmarkRound? _benchmarks;
    private readonly SkippedBatches _skipped;
    private readonly SpikeResponse _spikes;
    private readonly RunCourse _course;
    private long _step, _recorded;
    private long _saved = -1;
    private double? _validationLoss;

    public TrainingRun(RunConfig run, TrainingSession session, TrainingLog log)
    {
        _run = run;
        _session = session;
        _log = log;
        _checkpoints = new CheckpointStore(run.Output, run.Checkpoint.Keep);
        _identity = session.Identity();
        _questions = QuestionRound.Of(session);
        _benchmarks = BenchmarkRound.Of(session);
        _skipped = SkippedBatches.Of(run.Output);
        _spikes = new SpikeResponse(run, _skipped, log.Aside);
        _course = new RunCourse(session, log);
    }

    /// <summary>Trains and saves.</summary>
    /// <param name="from">The checkpoint to go on from; null trains from the start.</param>
    /// <param name="validated">Whether the validation at the step of <paramref name="from"/> is behind.</param>
    /// <exception cref="NonFiniteException">
    /// Loss or gradient became NaN or infinite.
    /// </exception>
    /// <exception cref="RunFailedException">The same, with the row that it came from.</exception>
    /// <exception cref="GoBackException">The run is to go on from its newest checkpoint.</exception>
    /// <exception cref="OperationCanceledException">Interrupted; the last finished step is saved.</exception>
    public void Train(Checkpoint? from, bool validated, CancellationToken cancel)
    {
        if (from is not null)
        {
            CheckpointStore.Restore(from, _identity, _session.Ops, _session.Optimizer);
            (_step, _recorded, _saved, _validationLoss) = (from.Step, from.Step, from.Step, from.ValidationLoss);
            MetricsLog past = MetricsLog.OfFile(RunDirectory.Open(_run.Output).MetricsPath) ?? new MetricsLog();
            _spikes.Replay(past);
            _course.Replay(past, from.Step);
            Prune();
        }

        if (from is null || RunDirectory.StartAdapterIn(_run.Output) is null)
            _session.Model.KeepStart();
        _log.Plan(_session, from);
        _log.Asking(_run.Questions, _questions);
        _log.Asking(_benchmarks);
        WriteFacts(isResumed: from is not null);
        _course.Begin();

        try
        {
            if (!validated)
                Validate(_step, cancel);
            _log.Doing("computing the first step");
            while (!IsLast(_step))
            {
                RequireFolder();
                long skipped = _skipped.Before(_step);
                RowId[] rows = _session.Order.RowsOfStep(_step, skipped);
                TokenRow[] batch = _session.Rows(_step, skipped);
                (double, double)? parts = IsDue(_step + 1, _run.Validate.Every) && _run.Method == TrainingMethod.Lora
                    ? _session.Joint.GradientNorms(_step, skipped, batch, cancel)
                    : null;
                long start = Stopwatch.GetTimestamp();
                UpdateFigures figures = Update(rows, skipped, batch, cancel);
                _step++;
                _course.Step(
                    _log.Step(_step, _session, rows, batch, figures, parts, Stopwatch.GetElapsedTime(start)));
                _spikes.Add(_step, figures.Loss);
                Validate(_step, cancel);
                if (IsDue(_step, _run.Checkpoint.Every)
                    || (_run.Checkpoint.KeepsBest && _course.Judge.Best?.Step == _step))
                    Save();
            }

            Finish(cancel);
        }
        catch (Exception e) when (e is NonFiniteException or BrokenWeightException)
        {
            throw new RunFailedException(Ruined(e.Message), e);
        }
        catch (OperationCanceledException)
        {
            if (_step > 0)
                Save();
            _log.Stopped(_step, _run.Output);
            throw;
        }
    }

    /// <summary>Who trains what, on what; a run that goes on where other bits come out is told so.</summary>
    private void WriteFacts(bool isResumed)
    {
        RunSummary now = _session.Summary(_started);
        foreach (string line in isResumed ? RunFacts.Moved(_run.Output, now) : [])
            _log.Aside(line);
        RunFacts.Write(_run.Output, isResumed ? RunFacts.Resumed(_run.Output, now) : now);
        _session.Ops.Notes.Tell(note => RunFacts.Note(_run.Output, note));
        RunFacts.WriteData(_run.Output, _session.Data);
    }

    /// <summary>Whoever removes the folder of a run is told at the next step, not at the end.</summary>
    /// <exception cref="RunFailedException">It is gone: says where the state is kept.</exception>
    private void RequireFolder()
    {
        if (RunDirectory.Is(_run.Output))
            return;
        string? kept = null;
        if (_step > 0)
        {
            // A run directory of its own: with the config it can go on from there.
            kept = Elsewhere();
            DurableFiles.Guarded(kept, () => DurableFile.MakeFolder(kept));
            RunDirectory.Create(kept, _run.Resolved);
            CheckpointStore.Write(
                Path.Combine(CheckpointStore.FolderOf(kept), CheckpointStore.NameOf(_step)), _session.Ops,
                _session.Optimizer, IdentityNow, _validationLoss);
        }

        throw new RunFailedException(DiskFault.Gone(_run.Output, _step, kept));
    }

    /// <summary>A figure or weight that is not finite, the first parameter that is broken, and what stays.</summary>
    private string Ruined(string message)
    {
        using var host = new HostCopy(_session.Ops);
        string? broken = _session.Model.Student.Parameters
            .Select(p => BrokenWeights.Of(p.Name, host.Of(p.Value))).FirstOrDefault(b => b is not null);
        string cause = broken is null ? "" : _step == 0
            ? $" The model starts with {broken}."
            : $" After step {_step:N0} the model has {broken}: the learning rate is too high, or the data is broken.";
        return $"{message.TrimEnd('.')}.{cause} {DiskFault.Stays(_run.Output)}";
    }

    /// <summary>
    /// The adapter or model, and the report. The samples are made first: with an adapter in place, nothing is trained
    /// any more.
    /// </summary>
    private void Finish(CancellationToken cancel)
    {
        EndInTheBest(cancel);
        Action<long, long> progress = _log.Doing("continuing held-out documents", "sample");
        RunFacts.Write(_run.Output, Samples.Of(_session, cancel, progress));
        _log.Doing("saving");
        RequireFolder();
        Flush();
        string saved = _session.Model.Save(_session.Prompting);
        RunClosing.Complete(_run.Output, DateTimeOffset.UtcNow);
        _log.Doing(null);
        _log.BaseRows(_session.Cache);
        _log.MostMemory(_session.Ops.MemoryUse?.Most);
        _log.Tell(_run, saved);
    }

    /// <summary>
    /// Says how the training ended. Where the best validation is exported and is not the last, its state comes back
    /// from its checkpoint, and all that is told of the model after training is of that state.
    /// </summary>
    private void EndInTheBest(CancellationToken cancel)
    {
        if (_course.Judge.Stop is { } why)
            _log.StoppedEarly(why);
        (long, string)? exported = null;
        long last = _step;
        if (_run.Checkpoint.Export == ExportKind.Best)
        {
            // Whatever becomes of the rest, the run goes on from here.
            Save();
            Judged best = _course.RequireBest();
            string worth = _course.Judge.Worth(best);
            exported = (best.Step, worth);
            _log.Exporting(worth);
            if (best.Step != _step)
            {
                CheckpointStore.Load(_course.CheckpointOf(best), _session.Ops, _session.Optimizer);
                _session.Joint.Spread();
                (_step, _saved) = (best.Step, best.Step);
            }
        }

        bool asks = _questions is not null || _benchmarks is not null;
        if (_step != last || (asks && _course.ClosedAt != _step))
            MeasureAgain(cancel);
        if (exported is not null || _course.Judge.Stop is not null)
            RunFacts.Ending(_run.Output, _course.Judge.Stop, exported);
    }

    /// <summary>Measures the state that is saved, where the validation after it was not known to be the last.</summary>
    private void MeasureAgain(CancellationToken cancel)
    {
        IReadOnlyList<CorpusFigures> figures =
            _session.Joint.Validate(cancel, _log.Doing("validating", "held-out document"));
        if (figures.Count > 0)
            HeldOutRounds.Keep(_run.Output, _step, figures);
        _questions?.Ask(_step, cancel, _log.Doing("asking", "question"));
        _benchmarks?.Ask(_step, cancel, task => _log.Doing(task, "answer"));
    }

    /// <summary>One update; a loss that is not finite names the corpus and the row it came from.</summary>
    private UpdateFigures Update(RowId[] rows, long skipped, TokenRow[] batch, CancellationToken cancel)
    {
        try
        {
            return _session.Joint.Update(_step, skipped, batch, cancel);
        }
        catch (NonFiniteException e) when (e.Row is int row)
        {
            throw new NonFiniteException(
                $"{e.Message} It is row {rows[row].Row} of corpus {_session.Corpora[rows[row].Corpus].Name}.", row);
        }
    }

    /// <summary>Every so many steps, and after the last; never where the interval is 0.</summary>
    private bool IsDue(long step, int every) => every > 0 && (step % every == 0 || IsLast(step));

    /// <summary>Whether no step follows.</summary>
    private bool IsLast(long step) => step == _session.Order.Steps || _course.Judge.Stop is not null;

    /// <summary>The figures of held-out documents, questions and benchmarks, where they are due.</summary>
    private void Validate(long step, CancellationToken cancel)
    {
        IReadOnlyList<CorpusFigures> figures = [];
        if (IsDue(step, _run.Validate.Every))
        {
            figures = _session.Joint.Validate(cancel, _log.Doing("validating", "held-out document"));
            _validationLoss = _session.ValidationLoss(figures);
            _course.Judge.Add(RunCourse.RoundOf(step, figures));
        }

        // Of what is saved in the end, which may be a state from before.
        bool closes = IsLast(step)
            && (_run.Checkpoint.Export == ExportKind.Last || _course.Judge.Best?.Step == step);
        if (closes)
            _course.ClosedAt = step;
        QuestionScore? score = _questions is not null && (step == 0 || closes)
            ? _questions.Ask(step, cancel, _log.Doing("asking", "question"))
            : null;
        IReadOnlyList<(string, Estimate)> benchmarks = _benchmarks is not null && (closes || _benchmarks.IsDue(step))
            ? _benchmarks.Ask(step, cancel, task => _log.Doing(task, "answer"))
            : [];
        _log.Doing(null);

        // Before the metrics: what they tell of is there.
        if (figures.Count > 0)
            HeldOutRounds.Keep(_run.Output, step, figures);
        _log.Validation(step, figures, score, benchmarks);
        if (figures.Count > 0)
            _course.Advise(RunCourse.RoundOf(step, figures));
    }

    private void Save()
    {
        if (_step == _saved)
            return;
        RequireFolder();
        _log.Doing("saving a checkpoint");
        Flush();
        _checkpoints.Save(_session.Ops, _session.Optimizer, IdentityNow, _validationLoss);
        _saved = _step;
        Prune();
        _log.Doing(null);
    }

    /// <summary>
    /// What the state belongs to: where cuBLASLt has failed, products are this program's from there on, and so they are
    /// in a run that goes on from it.
    /// </summary>
    private RunIdentity IdentityNow => _identity.Where(DeviceKeys.Gemm.Path, DeviceKeys.GemmOf(_session.Ops));

    /// <summary>What is saved after this never knows more steps than the figures that are on the disk.</summary>
    private void Flush()
    {
        _log.Flush();
        _recorded = _step;
    }

    private void Prune()
    {
        long? best = _run.Checkpoint.KeepsBest ? _course.Judge.Best?.Step : null;
        foreach (string line in _checkpoints.Prune([.. new[] { _spikes.Kept, best }.OfType<long>()]))
            _log.Aside(line);
    }

    /// <summary>A new place in the system's folder of temporary files.</summary>
    private string Elsewhere() => Path.Combine(
        Path.GetTempPath(), $"molengine-{Path.GetFileName(_run.Output)}-{Guid.NewGuid():N}");

    /// <summary>
    /// After a write that failed: saves the state where it would be lost otherwise, in the run directory if that can be
    /// done, else in the system's folder of temporary files.
    /// </summary>
    /// <returns>The checkpoint's folder where it is not in the run directory.</returns>
    public string? Keep()
    {
        // Where the figures of the last steps may be lost and checkpoints are saved, the steps are done again.
        bool isLost = _step > 0 && _step != _saved && (_recorded == _step || _run.Checkpoint.Every == 0);
        if (!isLost || RunDirectory.SavedIn(_run.Output) is not null)
            return null;
        string elsewhere = Path.Combine(CheckpointStore.FolderOf(Elsewhere()), CheckpointStore.NameOf(_step));
        Action[] ways =
        [
            () => _checkpoints.Save(_session.Ops, _session.Optimizer, IdentityNow, _validationLoss),
            () => CheckpointStore.Write(elsewhere, _session.Ops, _session.Optimizer, IdentityNow, _validationLoss),
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
