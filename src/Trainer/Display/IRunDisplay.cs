using MolEngine.Data;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;

namespace MolEngine.Trainer.Display;

/// <summary>
/// What a run tells a person while it works: plain lines (<see cref="ProgressPrinter"/>), or a terminal's display that
/// is redrawn in place (<see cref="TerminalDisplay"/>). Both keep everything of lasting worth as lines, in one
/// order.
/// </summary>
internal interface IRunDisplay : IProgress<TokenizingProgress>, IDisposable
{
    /// <summary>A line that stays.</summary>
    void Note(string line);

    /// <summary>A line that stays, whose value is a command to be copied.</summary>
    void Command(string line);

    /// <summary>What the run is busy with from now on, beside its steps; null ends it. It passes.</summary>
    /// <param name="share">How much of it is done; null where that is not known.</param>
    void Doing(string? what, Share? share = null);

    /// <summary>The same of work that is counted.</summary>
    /// <param name="unit">What is counted, of one.</param>
    /// <returns>To be told how many are done, and of how many.</returns>
    Action<long, long> Doing(string what, string unit)
    {
        Doing(what);
        return (done, all) => Doing(what, new Share(done, all, unit));
    }

    /// <summary>A finished step.</summary>
    void Step(StepProgress p);

    /// <summary>A validation after <paramref name="step"/> steps; it stays.</summary>
    void Validation(long step, IReadOnlyList<(string Name, int Documents, double Ce, double? Kl)> corpora);

    /// <summary>How many questions the model answers after <paramref name="step"/> steps; it stays.</summary>
    void Questions(long step, QuestionScore score);

    /// <summary>The closing table; it stays.</summary>
    void Summary(ClosingTable table);
}
