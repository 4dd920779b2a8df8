using System.Diagnostics;
using System.Globalization;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Display;

/// <summary>Plain lines of progress, for files and pipes.</summary>
/// <param name="readingInterval">Between lines about reading; null for longer than a person waits in silence.</param>
internal sealed class ProgressPrinter(TextWriter output, TimeSpan? readingInterval = null) : IRunDisplay
{
    private readonly TimeSpan _readingInterval = readingInterval ?? TimeSpan.FromSeconds(3);
    private long _lastReading = Stopwatch.GetTimestamp();

    /// <summary>
    /// How far a corpus is read, every few seconds; of a whole one the next lines say what came of it.
    /// </summary>
    public void Report(TokenizingProgress value)
    {
        bool isWhole = value.BytesRead >= value.TotalBytes;
        if (isWhole || Stopwatch.GetElapsedTime(_lastReading) < _readingInterval)
            return;
        _lastReading = Stopwatch.GetTimestamp();
        double percent = 100.0 * value.BytesRead / value.TotalBytes;
        Note(Text($"reading    {value.Corpus}: {percent:0} %, {Counts.Of(value.Documents, "document")}"));
    }

    /// <summary>Nothing: the next line says what came of it.</summary>
    public void Doing(string? what)
    {
    }

    /// <summary>
    /// A step: <c>step  12/100  loss 2.3450  grad 1.2000  lr 1.00e-04    1,234 tok/s  0:42 left  medical ce 2.3100 kl
    /// 0.0123</c>. What a narrow terminal must show comes first; columns line up.
    /// </summary>
    public void Step(StepProgress p)
    {
        string steps = Text($"{p.Steps}");
        string step = Text($"{p.Step}").PadLeft(steps.Length);
        string corpora = string.Concat(p.Corpora.Select(c => $"  {c.Name} {CeAndKl(c.Ce, c.Kl)}"));
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
            output.WriteLine(
                Text($"  validation at step {step}: {name} {CeAndKl(ce, kl)} on {documents} held-out documents"));
        }

        output.Flush();
    }

    /// <summary>How many questions the model answers after <paramref name="step"/> steps.</summary>
    public void Questions(long step, QuestionScore score)
    {
        output.WriteLine(Text($"  questions at step {step}: {score.Answered} of {score.Asked} answered"));
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

    /// <summary>Nothing: the writer belongs to others.</summary>
    public void Dispose()
    {
    }

    private static string CeAndKl(double ce, double? kl) =>
        Text($"ce {ce:F4}") + (kl is { } k ? Text($" kl {Numbers.FixedKl(k)}") : "");

    /// <summary>1:02:03, or 2:03.</summary>
    internal static string Time(TimeSpan time) => time.TotalHours >= 1
        ? Text($"{(int)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}")
        : Text($"{time.Minutes}:{time.Seconds:D2}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
