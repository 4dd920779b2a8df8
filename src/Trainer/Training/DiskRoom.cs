using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Runs;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Training;

/// <summary>Whether the disk has room for what a run will save.</summary>
internal static class DiskRoom
{
    /// <exception cref="UserException">It has not: says what is needed for what.</exception>
    public static void Require(RunConfig run, RunModel model, long steps)
    {
        if (DiskSpace.FreeAt(run.Output) is not { } free)
            return;

        // Parameters and two moments, fp32. A new checkpoint is whole before an old one goes; the end finds those that
        // stay.
        long checkpoint = 3 * sizeof(float) * model.TrainableParameters, saved = model.SavedBytes;
        CheckpointSettings c = run.Checkpoint;
        long Times(int every) => every == 0 ? 0 : (steps + every - 1) / every;
        long all = Times(c.Every) + (c.KeepsBest ? Times(run.Validate.Every) : 0);
        long stay = Math.Min(all, c.Stay), most = Math.Min(all, stay + 1);
        bool copies = model.From is not null && RunDirectory.StartAdapterIn(run.Output) is null;
        long needed = Math.Max(most * checkpoint, stay * checkpoint + saved) + (copies ? saved : 0);
        long there = CheckpointStore.All(run.Output).Whole.Count * checkpoint;
        if (needed - there <= free)
            return;
        string made = copies ? "adapter, and the copy of the one it starts from, each"
            : run.Method == TrainingMethod.Lora ? "adapter" : "model";
        string checkpoints = most == 0 ? "" : $", and {Counts.Of(most, "checkpoint")} {ShownSize.Of(checkpoint)} each";
        throw new UserException(
            $"{run.Output}: disk: expected {ShownSize.Of(needed - there)} free, got {ShownSize.Of(free)}: the {made} "
            + $"takes {ShownSize.Of(saved)}{checkpoints}. Make room, or choose another output (--set output=DIR)"
            + (most > 2 ? ", or keep fewer checkpoints (--set \"checkpoint.keep=last 1\")." : "."));
    }
}
