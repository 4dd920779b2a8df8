using MolEngine.Basics.Files;
using MolEngine.Data;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Runs;
using MolEngine.Runs.Metrics;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Planning;
using MolEngine.Trainer.Ranks;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Jobs;

/// <summary>
/// A run from its config, or from its last checkpoint, to its report: takes the lock, opens the device, plans, trains,
/// and says what is saved where memory or disk run out.
/// </summary>
internal sealed class TrainingJob
{
    private readonly RunConfig _run;
    private readonly bool _resume;
    private readonly IRunDisplay _display;
    private readonly RankTeam _team;

    private TrainingJob(RunConfig run, bool resume, IRunDisplay display, RankTeam team) =>
        (_run, _resume, _display, _team) = (run, resume, display, team);

    /// <summary>Trains and saves.</summary>
    /// <param name="resume">Whether to go on from the newest checkpoint of run.Output.</param>
    /// <param name="display">Told what the run does; not disposed of here.</param>
    /// <param name="data">Trained on instead of the config's corpora, where given: rows that are packed already, in an
    /// order of their own.</param>
    /// <param name="team">The ranks that train it, which this one leads; null: this process alone.</param>
    /// <exception cref="NonFiniteException">
    /// Loss or gradient became NaN or infinite.
    /// </exception>
    /// <exception cref="RunFailedException">
    /// The same, or the disk did not take what was to be saved: says what is saved, and how to go on.
    /// </exception>
    /// <exception cref="OperationCanceledException">Interrupted; the last finished step is saved.</exception>
    public static void Execute(
        RunConfig run, bool resume, IRunDisplay display, CancellationToken cancel, TrainingData? data = null,
        RankTeam? team = null)
    {
        team ??= RankTeam.Alone;
        var job = new TrainingJob(run, resume, display, team);
        try
        {
            job.Execute(data, cancel);
        }
        catch (Exception e)
        {
            team.End(e);
            throw;
        }

        team.End(null);
    }

    private void Execute(TrainingData? data, CancellationToken cancel)
    {
        if (!_resume)
        {
            OutputPlace.Require(_run);
            RunDirectory.RequireFree(_run.Output);
            Compute(data, cancel);
            return;
        }

        RefuseFinished();
        using var held = RunLock.Take(_run.Output);
        CheckpointStore.RemoveLeftovers(_run.Output);
        if (RunDirectory.SavedIn(_run.Output) is { } saved)
            Complete(saved);
        else
            Compute(data, cancel);
    }

    /// <summary>Computes on the device of the config, if the run fits its memory.</summary>
    private void Compute(TrainingData? data, CancellationToken cancel)
    {
        using Ops ops = ComputeDevice.Open(
            _run.Device with { Gemm = Gemm() }, DeviceKeys.Device.Path, n => _display.Note($"note       {n}"),
            _run.Threads);
        if (ops.Gpu is not { } gpu)
        {
            Train(_run, ops, data, cancel);
            return;
        }

        RunConfig planned = RunPlanner.RequireFits(_run, gpu);
        try
        {
            Train(planned, ops, data, cancel);
        }
        catch (OutOfDeviceMemoryException e) when (e.IsOfDevice)
        {
            throw FittingChange.Explain(planned, gpu, e);
        }
    }

    /// <summary>
    /// Of auto what it was where the checkpoint was saved: a run whose library failed goes on with this program's
    /// kernels, as it would have without the interruption, and with the same bits.
    /// </summary>
    private GemmKind Gemm()
    {
        if (!_resume || _run.Device.Gemm != GemmKind.Auto
            || CheckpointStore.All(_run.Output).Newest is not { } from
            || from.Identity.Settings.GetValueOrDefault(DeviceKeys.Gemm.Path) != DeviceKeys.Builtin)
        {
            return _run.Device.Gemm;
        }

        if (_run.Device.Device.Kind is DeviceKind.Auto or DeviceKind.Cuda)
        {
            _display.Note(
                $"note       {DeviceKeys.Gemm.Path}: {DeviceKeys.Builtin}, as in the run up to its checkpoint of step "
                + $"{from.Step}: its bits go on");
        }

        return GemmKind.Builtin;
    }

    private void Train(RunConfig run, Ops ops, TrainingData? data, CancellationToken cancel)
    {
        for (bool resume = _resume; ;)
        {
            try
            {
                Train(run, ops, data, resume, cancel);
                return;
            }
            catch (GoBackException e)
            {
                _display.Note($"note       {e.Message}");
                resume = true;
            }
        }
    }

    /// <param name="run">The run as it is planned.</param>
    /// <param name="resume">Whether to go on from the newest checkpoint.</param>
    private void Train(RunConfig run, Ops ops, TrainingData? data, bool resume, CancellationToken cancel)
    {
        using TrainingSession session = Load(run, ops, data, cancel);
        if (!resume)
            PlanCheck.Require(session);
        DiskRoom.Require(run, session.Model, session.Order.Steps);

        // Made only now: a mistake in the data or the model leaves no folder behind. The lock comes before all files.
        if (!resume)
            RunDirectory.Make(_run.Output);
        using RunLock? owned = _resume ? null : RunLock.Take(_run.Output);
        RunDirectory directory =
            resume ? RunDirectory.Open(_run.Output) : RunDirectory.Create(_run.Output, _run.Resolved);
        TrainingRun? training = null;
        try
        {
            CheckpointList saved = CheckpointStore.All(_run.Output);
            Checkpoint? from = saved.Newest;

            // Without a checkpoint the run begins anew, and any key may have changed.
            if (resume && from is null)
                directory.KeepConfig(_run.Resolved);
            if (resume)
                MetricsHistory.KeepThrough(directory.MetricsPath, from?.Step ?? -1);
            bool validated = MetricsHistory.HasValidation(directory.MetricsPath, from?.Step ?? 0);
            using var log = new TrainingLog(_display, directory, from?.Step);
            if (ops.Gpu is null && HostModel.TooSmallFor(run, session.TensorBytes) is { } tooSmall)
                log.Aside(tooSmall);
            foreach (string line in saved.PassedOver)
                log.Aside($"passed over {line}");
            training = new TrainingRun(run, session, log);
            training.Train(from, validated, cancel);
        }
        catch (Exception e) when (FileWriteException.IsFault(e))
        {
            throw DiskFault.Explain(_run.Output, e, training?.Keep());
        }
    }

    /// <summary>Model and data, on all ranks.</summary>
    private TrainingSession Load(RunConfig run, Ops ops, TrainingData? data, CancellationToken cancel) =>
        _team.Together(
            new RankOrder(RankTask.Load),
            () => RankLoading.Load(
                _team.Ranks, () => new TrainingSession(run, ops, _display, cancel, data, team: _team)),
            isAgreed: _ => true);

    private void RefuseFinished()
    {
        if (RunClosing.IsComplete(_run.Output))
        {
            throw new UserException(
                $"{_run.Output}: resume: expected a run that was interrupted, got one that is finished: "
                + $"{RunDirectory.SavedIn(_run.Output)}. To train further, start a new run (lora.from goes on with an "
                + "adapter).");
        }
    }

    /// <summary>What is left of a run that was cut short when its adapter or model was in place: no training.</summary>
    private void Complete(string saved)
    {
        // Another process may have done what was left until the lock was free.
        RefuseFinished();
        try
        {
            RunClosing.Complete(_run.Output, Directory.GetLastWriteTimeUtc(saved));
        }
        catch (Exception e) when (FileWriteException.IsFault(e))
        {
            throw DiskFault.Explain(_run.Output, e, null);
        }

        RunClosing.Tell(_display, _run, saved);
    }
}
