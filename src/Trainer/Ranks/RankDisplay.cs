using MolEngine.Data;
using MolEngine.Kernels.Collectives;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Ranks;

/// <summary>A display whose rank is waited for by others: whatever it is told shows them that this rank is at
/// work.</summary>
/// <param name="display">Shown what a run tells; disposed of with this.</param>
internal sealed class RankDisplay(IRunDisplay display, Communicator ranks) : IRunDisplay
{
    public void Note(string line) => Told(() => display.Note(line));

    public void Command(string line) => Told(() => display.Command(line));

    public void Doing(string? what, Share? share = null) => Told(() => display.Doing(what, share));

    public void Step(StepProgress p) => Told(() => display.Step(p));

    public void Validation(long step, IReadOnlyList<(string Name, int Documents, double Ce, double? Kl)> corpora) =>
        Told(() => display.Validation(step, corpora));

    public void Questions(long step, QuestionScore score) => Told(() => display.Questions(step, score));

    public void Summary(ClosingTable table) => Told(() => display.Summary(table));

    public void Report(TokenizingProgress value) => Told(() => display.Report(value));

    public void Dispose() => display.Dispose();

    private void Told(Action show)
    {
        ranks.Progress();
        show();
    }
}
