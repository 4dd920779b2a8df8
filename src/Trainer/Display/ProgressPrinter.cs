using System.Diagnostics;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;

namespace MolEngine.Trainer.Display;

/// <summary>Plain lines of progress, for files and pipes.</summary>
/// <param name="interval">Between lines that pass on a terminal; null for as long as a person waits in silence.</param>
internal sealed class ProgressPrinter(TextWriter output, TimeSpan? interval = null) : IRunDisplay
{
    private readonly TimeSpan _interval = interval ?? TimeSpan.FromSeconds(5);
    private long _lastSaid = Stopwatch.GetTimestamp();
    private (string? What, long Since) _doing;

    /// <summary>
    /// How far a corpus is read, every few seconds; of a whole one the next lines say what came of it.
    /// </summary>
    public void Report(TokenizingProgress value)
    {
        bool isWhole = value.BytesRead >= value.TotalBytes;
        if (isWhole || !IsTime())
            return;
        double percent = 100.0 * value.BytesRead / value.TotalBytes;
        Note($"reading    {value.Corpus}: {percent:0} %, {Counts.Of(value.Documents, "document")}");
    }

    /// <summary>How much is done, every few seconds; of all of it the next line says what came of it.</summary>
    public void Doing(string? what, Share? share = null)
    {
        if (what != _doing.What)
            _doing = (what, _lastSaid = Stopwatch.GetTimestamp());
        if (share is not { Part: > 0 and < 1 } some || !IsTime())
            return;
        TimeSpan left = some.Left(Stopwatch.GetElapsedTime(_doing.Since))!.Value;
        Note($"  {what}: {some}, {Time(left)} left");
    }

    /// <summary>
    /// A step: <c>step  12/100  loss 2.3450  grad 1.2000  lr 1.00e-04    1,234 tok/s  0:42 left  medical ce 2.3100 kl
    /// 0.0123</c>. What a narrow terminal must show comes first; columns line up.
    /// </summary>
    public void Step(StepProgress p)
    {
        string steps = $"{p.Steps}";
        string step = $"{p.Step}".PadLeft(steps.Length);
        string corpora = string.Concat(p.Corpora.Select(c => $"  {c.Name} {CeAndKl(c.Ce, c.Kl, 8)}"));
        string figures = string.Concat(p.Figures.Shown.Select(f => f.Metric.Label.Length > 0
            ? $"  {f.Metric.Label} {f.Metric.Text(f.Value)}"
            : $"  {f.Metric.Text(f.Value),7} {f.Metric.Unit}"));
        output.WriteLine($"step {step}/{steps}{figures}  {Time(p.Left)} left{corpora}");
        output.Flush();
    }

    /// <summary>A validation: a line a corpus.</summary>
    public void Validation(long step, IReadOnlyList<(string Name, int Documents, double Ce, double? Kl)> corpora)
    {
        foreach ((string name, int documents, double ce, double? kl) in corpora)
        {
            string on = Counts.Of(documents, "held-out document");
            output.WriteLine($"  validation at step {step}: {name} {CeAndKl(ce, kl)} on {on}");
        }

        output.Flush();
    }

    /// <summary>How many questions the model answers after <paramref name="step"/> steps.</summary>
    public void Questions(long step, QuestionScore score)
    {
        output.WriteLine($"  questions at step {step}: {score.Answered} of {score.Asked} answered");
        output.Flush();
    }

    /// <summary>The closing table: what was learned and what was kept.</summary>
    public void Summary(ClosingTable table)
    {
        output.WriteLine();
        foreach (string line in table.Lines())
            output.WriteLine(line);
        output.WriteLine();
        output.Flush();
    }

    public void Note(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }

    public void Command(string line) => Note(line);

    /// <summary>Nothing: the writer belongs to others.</summary>
    public void Dispose()
    {
    }

    /// <param name="width">Width of the KL divergence, where it stands in a column.</param>
    private static string CeAndKl(double ce, double? kl, int width = 0) =>
        $"ce {ce:F4}" + (kl is { } k ? $" kl {Numbers.FixedKl(k).PadLeft(width)}" : "");

    /// <summary>Whether a line that passes may be written again.</summary>
    private bool IsTime()
    {
        if (Stopwatch.GetElapsedTime(_lastSaid) < _interval)
            return false;
        _lastSaid = Stopwatch.GetTimestamp();
        return true;
    }

    /// <summary>1:02:03, or 2:03.</summary>
    internal static string Time(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}"
        : $"{time.Minutes}:{time.Seconds:D2}";
}
