using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Ranks;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Jobs;

/// <summary>A run as every rank but the first sees it: it computes what rank 0 says, and writes nothing but its
/// log.</summary>
internal static class RankFollower
{
    /// <summary>Follows until the run is over.</summary>
    /// <param name="display">This rank's own; not disposed of here.</param>
    /// <param name="stop">Whether this rank was asked to stop.</param>
    /// <returns>The <see cref="ExitCode"/> that rank 0 ends with, as far as it is known there.</returns>
    public static int Run(RunConfig run, RankTeam team, IRunDisplay display, CancellationToken stop)
    {
        Ops? ops = null;
        TrainingSession? session = null;
        try
        {
            while (true)
            {
                RankOrder order = RankOrder.Hear(team.Ranks);
                if (order.Task == RankTask.End)
                    return (int)order.Step;
                if (order.Task != RankTask.Load)
                {
                    session!.Joint.Follow(order, stop);
                    continue;
                }

                session?.Dispose();
                session = null;
                try
                {
                    session = RankLoading.Load(team.Ranks, () =>
                    {
                        ops ??= ComputeDevice.Open(run.Device, DeviceKeys.Device.Path, display.Note, run.Threads);
                        return new TrainingSession(run, ops, display, CancellationToken.None, team: team);
                    });
                }
                catch (OtherRankException)
                {
                    // Model or data are not right somewhere: rank 0 says so, and ends the run.
                }
            }
        }
        finally
        {
            session?.Dispose();
            ops?.Dispose();
        }
    }
}
