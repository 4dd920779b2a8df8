using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Runs;
using MolEngine.Trainer.Checkpoints;

namespace MolEngine.Trainer.Training;

/// <summary>What a run says whose disk does not take what is written: what is saved, and how to go on.</summary>
internal static class DiskFault
{
    /// <param name="fault">An exception that <see cref="FileWriteException.IsFault"/> knows.</param>
    /// <param name="kept">A checkpoint that was saved outside the run directory, or null.</param>
    public static RunFailedException Explain(string runDirectory, Exception fault, string? kept)
    {
        (string expected, string got, string mend) = FileWriteException.Explain(fault);
        string back = kept is null ? "" : $", put that back: {PutBack(kept, runDirectory)}";
        return new RunFailedException(
            $"{runDirectory}: expected {expected}, got \"{got}\". "
            + $"{Stays(runDirectory, kept)} {mend}{back}, and go on: "
            + ProgramCommand.With($"train --resume {ShownPath.Of(runDirectory)}"),
            fault);
    }

    /// <summary>A run whose folder was removed.</summary>
    /// <param name="step">Steps that are finished.</param>
    /// <param name="kept">A run directory with the state of the last of them, or null where there is none.</param>
    public static string Gone(string runDirectory, long step, string? kept) =>
        $"{runDirectory}: expected the folder of the run, got none with its config: it was removed or moved while the "
        + (kept is null
            ? "run began. No step is lost: start it again"
            : $"run went on. The state after step {step:N0} is kept in {kept}; go on there: "
                + ProgramCommand.With($"train --resume {ShownPath.Of(kept)}"));

    /// <summary>What a run has saved when it fails.</summary>
    /// <param name="kept">A checkpoint outside the run directory, or null.</param>
    public static string Stays(string runDirectory, string? kept = null)
    {
        if (RunDirectory.SavedIn(runDirectory) is { } saved)
            return $"{saved} is there, its report is not.";
        if (kept is not null)
            return $"The state of the last finished step is kept in {kept}.";
        return CheckpointStore.All(runDirectory).Whole is [.., { } newest]
            ? $"The checkpoint after step {newest.Step:N0} stays."
            : "No checkpoint is saved.";
    }

    /// <summary>The command that moves a checkpoint to where a resumed run looks for it.</summary>
    private static string PutBack(string kept, string runDirectory)
    {
        string checkpoints = CheckpointStore.FolderOf(runDirectory);
        return Directory.Exists(checkpoints)
            ? $"mv {ShownPath.Of(kept)} {ShownPath.Of(checkpoints)}"
            : $"mv {ShownPath.Of(Path.GetDirectoryName(kept)!)} {ShownPath.Of(runDirectory)}";
    }
}
