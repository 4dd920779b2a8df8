using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Runs.Metrics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MolEngine.Trainer.Display;

/// <summary>What the live region shows at a moment: the corpus that is read, or the last step and what follows it.
/// </summary>
internal sealed class LiveView
{
    private const int LongestBar = 60;
    private const int ShortestBar = 8;

    private static readonly Style Label = new(decoration: Decoration.Dim);
    private static readonly Style Strong = new(decoration: Decoration.Bold);
    private static readonly Style Done = new(foreground: Color.Green);

    /// <summary>The last figures of each corpus, in the order in which they came: not every step has a row of each.
    /// </summary>
    private readonly List<(string Name, double Ce, double? Kl)> _corpora = [];

    private TokenizingProgress? _reading;
    private (StepProgress Figures, long At)? _step;
    private long _readAt;
    private (string What, Share? Share, long Since, long At)? _doing;

    public void Read(TokenizingProgress reading, long at) => (_reading, _readAt, _doing) = (reading, at, null);

    public void Step(StepProgress step, long at)
    {
        (_reading, _doing, _step) = (null, null, (step, at));
        foreach ((string Name, double Ce, double? Kl) corpus in step.Corpora)
        {
            int known = _corpora.FindIndex(c => c.Name == corpus.Name);
            if (known >= 0)
                _corpora[known] = corpus;
            else
                _corpora.Add(corpus);
        }
    }

    public void Do(string? what, Share? share, long at)
    {
        long since = _doing is { } doing && doing.What == what ? doing.Since : at;
        (_reading, _doing) = (null, what is null ? null : (what, share, since, at));
    }

    /// <summary>Lines were written that stay: the corpora are read, or a last step has been told.</summary>
    public void Said()
    {
        _reading = null;
        if (_step is { } step && step.Figures.Step == step.Figures.Steps)
            _step = null;
    }

    public void Clear() => (_reading, _step, _doing) = (null, null, null);

    /// <param name="width">Columns that there are.</param>
    /// <param name="elapsed">Time since one of the moments given to this view.</param>
    public IReadOnlyList<IReadOnlyList<Segment>> Lines(int width, Func<long, TimeSpan> elapsed)
    {
        var lines = new List<IReadOnlyList<Segment>>();
        if (_reading is { } reading)
            lines.Add(Reading(reading, elapsed(_readAt), width));
        if (_step is { } step)
        {
            lines.Add(Progress(step.Figures, elapsed(step.At), width));
            lines.Add(Figures(step.Figures));
            int name = _corpora.Count == 0 ? 0 : _corpora.Max(c => new Segment(c.Name).CellCount());
            lines.AddRange(_corpora.Select(c => Corpus(c, name)));
        }

        if (_doing is { } doing)
        {
            TimeSpan taken = elapsed(doing.Since), since = elapsed(doing.At);
            lines.Add(Doing(doing.What, doing.Share, taken, since, width));
        }

        return lines;
    }

    /// <summary>Of a corpus that is read, what is left is to lay it into rows.</summary>
    private static List<Segment> Reading(TokenizingProgress r, TimeSpan since, int width)
    {
        string counts = $"{Counts.Of(r.Documents, "document")}, {Counts.Of(r.Tokens, "token")}";
        Segment name = new($"{r.Corpus}  ", Strong);
        if (r.BytesRead >= r.TotalBytes)
            return [new("packing ", Label), name, new($"{counts}  "), new(ProgressPrinter.Time(since), Label)];
        double share = Math.Clamp((double)r.BytesRead / r.TotalBytes, 0, 1);
        return WithBar([new("reading ", Label), name], share, [new($"  {100 * share,3:0} %  {counts}")], width);
    }

    /// <param name="taken">Since it began.</param>
    /// <param name="since">Since its share was told.</param>
    private static List<Segment> Doing(string what, Share? share, TimeSpan taken, TimeSpan since, int width)
    {
        if (share is not { } some || some.Left(taken - since) is not { } left)
            return [new($"{what}  "), new(ProgressPrinter.Time(taken), Label)];
        left = left > since ? left - since : TimeSpan.Zero;
        string done = $"  {100 * some.Part,3:0} %  {some}  ";
        return WithBar(
            [new($"{what}  ")], some.Part, [new(done), new(ProgressPrinter.Time(left), Strong), new(" left", Label)],
            width);
    }

    /// <summary>The time left runs on while a step is computed.</summary>
    private static List<Segment> Progress(StepProgress p, TimeSpan since, int width)
    {
        double share = (double)p.Step / p.Steps;
        TimeSpan left = p.Left > since ? p.Left - since : TimeSpan.Zero;
        string steps = $"{p.Steps}";
        string step = $"{p.Step}".PadLeft(steps.Length);
        return WithBar(
            [new("step ", Label), new($"{step}/{steps}  ", Strong)], share,
            [new($"  {100 * share,3:0} %  "), new(ProgressPrinter.Time(left), Strong), new(" left", Label)],
            width);
    }

    private static List<Segment> Figures(StepProgress p)
    {
        List<Segment> line = [];
        foreach ((Metric metric, double value) in p.Figures.Shown)
        {
            string gap = line.Count == 0 ? "" : "  ";
            Style style = metric == Metric.Loss ? Strong : Style.Plain;
            if (metric.Label.Length > 0)
                line.AddRange([new($"{gap}{metric.Label} ", Label), new(metric.Text(value), style)]);
            else
                line.AddRange([new($"{gap}{metric.Text(value)}", style), new($" {metric.Unit}", Label)]);
        }

        line.Add(new($"  {p.Memory / 1048576.0:N0}"));
        line.Add(new(" MiB", Label));
        return line;
    }

    private static Segment[] Corpus((string Name, double Ce, double? Kl) c, int width)
    {
        string name = $"  {c.Name}{new string(' ', width - new Segment(c.Name).CellCount())}";
        Segment[] ce = [new(name), new("  ce ", Label), new($"{c.Ce:F4}")];
        return c.Kl is { } kl ? [.. ce, new("  kl ", Label), new($"{Numbers.FixedKl(kl),8}")] : ce;
    }

    /// <summary>A bar between two texts, of what room they leave; none where that is too little.</summary>
    private static List<Segment> WithBar(List<Segment> before, double share, List<Segment> after, int width)
    {
        int room = Math.Min(LongestBar, width - Segment.CellCount(before) - Segment.CellCount(after));
        if (room < ShortestBar)
            return [.. before, .. after];
        int done = (int)Math.Floor(share * room);
        return [.. before, new(new string('━', done), Done), new(new string('─', room - done), Label), .. after];
    }
}
