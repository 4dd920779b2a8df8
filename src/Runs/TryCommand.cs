using MolEngine.Basics.Text;
using MolEngine.Runs.Records;

namespace MolEngine.Runs;

/// <summary>Command lines that let what a run has made speak.</summary>
public static class TryCommand
{
    /// <param name="run">What it was trained on tells how it is spoken to.</param>
    public static string OfModel(string model, RunRecord run) =>
        ProgramCommand.With($"generate {ShownPath.Of(model)} {Said(run)}");

    /// <inheritdoc cref="OfModel"/>
    public static string OfAdapter(string model, string adapter, RunRecord run) =>
        ProgramCommand.With($"generate {ShownPath.Of(model)} --adapter {ShownPath.Of(adapter)} {Said(run)}");

    private static string Said(RunRecord run) => run.IsOfDialogues ? "--chat \"...\"" : "--prompt \"...\"";
}
