using MolEngine.Basics.Text;
using MolEngine.Runs;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Training;

/// <summary>
/// The end of a run whose adapter or model is in place: its report, and then run.json, which says that it is finished.
/// A run that is cut short in between is finished by this alone: it needs neither model nor device.
/// </summary>
internal static class RunClosing
{
    /// <summary>Whether nothing is left to do in a run directory.</summary>
    public static bool IsComplete(string runDirectory) => RunDirectory.SavedIn(runDirectory) is not null
        && File.Exists(Path.Combine(runDirectory, RunReport.FileName)) && RunFacts.IsFinished(runDirectory);

    /// <summary>Writes the report, of a run that is finished, and last of all that it is.</summary>
    public static void Complete(string runDirectory, DateTimeOffset finished)
    {
        string facts = RunFacts.WithEnd(runDirectory, finished);
        RunReport.Write(runDirectory, facts);
        RunFacts.WriteEnd(runDirectory, facts);
    }

    /// <summary>
    /// Tells what was learned and what was kept, where the result is, and the command that lets it speak.
    /// </summary>
    /// <param name="saved">Folder of the adapter or model.</param>
    public static void Tell(IRunDisplay display, RunConfig run, string saved)
    {
        RunRecord record = RunRecordReader.Read(run.Output);
        if (ClosingTable.Of(record) is { } table)
            display.Summary(table);
        display.Note($"saved      {ShownPath.Of(saved)}");
        display.Note($"report     {ShownPath.Of(Path.Combine(run.Output, RunReport.FileName))}");
        if (run.Method == TrainingMethod.Full)
            display.Command($"try        {TryCommand.OfModel(saved, record)}");
        else if (run.Init.Kind == InitKind.Pretrained)
            display.Command($"try        {TryCommand.OfAdapter(run.Model, saved, record)}");
    }
}
