using MolEngine.Basics.Numerics;
using MolEngine.Basics.Text;

namespace MolEngine.Runs.Comparisons;

/// <summary>A comparison as lines for a terminal: the verdict, then every measure of every model.</summary>
public static class ComparisonTable
{
    private const int NameWidth = 28;

    public static IEnumerable<string> Lines(Comparison comparison)
    {
        var verdict = ComparisonVerdict.Of(comparison);
        yield return verdict.Headline;
        foreach (string sentence in verdict.Sentences)
            yield return sentence;
        foreach (ComparedModel model in comparison.Models)
        {
            yield return "";
            foreach (string line in Of(model, comparison.TopN))
                yield return line;
        }

        yield return "";
        yield return "ce, kl: nats a token. kl to base is KL(model || base), kl from base KL(base || model), both over "
            + "the whole vocabulary";
        yield return $"intervals: 95 %, paired bootstrap over documents or items ({Counts.Of(comparison.Resamples)} "
            + $"draws, seed {comparison.Seed}); p: exact sign test, of right and wrong answers McNemar's";
        foreach (string note in comparison.Notes)
            yield return note;
    }

    private static IEnumerable<string> Of(ComparedModel model, int topN)
    {
        if (model.Texts.Count > 0)
        {
            yield return Cut(model.Name) + $"{"ce before",9} -> {"ce after",9} {"change",9}  {"95 % interval",-20} "
                + $"{"p",7} {"documents",9}  finding";
            foreach (TextChange t in model.Texts)
            {
                yield return Change(t.Measure, t.CeBefore, t.CeAfter, t.CeChange);
            }

            yield return Cut("") + $"{"kl to base",10} {"kl from base",12} {$"{topN} + 1 only",12} {"gap",9} "
                + $"{"base mass",9} {"its mass",9} {"overlap",8} {"tokens",8}";
            foreach (TextChange t in model.Texts)
            {
                yield return Name(t.Measure) + $"{Numbers.FixedKl(t.Reverse.Full.Value),10} "
                    + $"{Numbers.FixedKl(t.Forward.Full.Value),12} {Numbers.FixedKl(t.Reverse.Coarse),12} "
                    + $"{Numbers.FixedKl(t.Reverse.Gap),9} {t.BaseTopMass,9:F4} {t.ModelTopMass,9:F4} {t.Overlap,8:F4} "
                    + $"{t.Tokens,8:N0}  {(t.IsDomain ? "" : t.Measures[^1].Word)}";
            }
        }

        if (model.Tasks.Count == 0)
            yield break;
        yield return Cut(model.Texts.Count > 0 ? "" : model.Name) + $"{"before",9} -> {"after",9} {"change",9}  "
            + $"{"95 % interval",-20} {"p",7} {"items",9}  finding";
        foreach (TaskChange t in model.Tasks)
        {
            yield return Change(t.Measure, t.Before, t.After, t.Change);
            yield return "  " + Flow(t);
        }
    }

    /// <summary>Items that went either way, and calibration.</summary>
    private static string Flow(TaskChange t)
    {
        string ways = t.IsRightOrWrong ? "right to wrong" : "worse";
        string back = t.IsRightOrWrong ? "wrong to right" : "better";
        string chance = t.Guessed is { } g
            ? $" ({g:0.#} each way by guessing alone: {t.LostAdjusted:0.#} and {t.GainedAdjusted:0.#} beyond it)"
            : "";
        string calibration = t.Calibration is var (before, after)
            ? $"; calibration error {before:F4} -> {after:F4}"
            : "";
        return $"{t.Score}; {t.Lost} {ways}, {t.Gained} {back}{chance}{calibration}; {string.Join("; ", t.How)}";
    }

    private static string Change(Measure m, double before, double after, Interval change)
    {
        string interval = $"{change.Low:+0.0000;-0.0000} .. {change.High:+0.0000;-0.0000}";
        return Name(m) + $"{before,9:F4} -> {after,9:F4} {change.Value,9:+0.0000;-0.0000}  {interval,-20} "
            + $"{P(m.P),7} {m.N,9:N0}  {m.Word}";
    }

    private static string P(double? p) => p is not { } x ? "" : x < 0.0001 ? "<0.0001" : $"{x:F4}";

    private static string Name(Measure m) => Cut($"  {m.Name} ({(m.IsDomain ? "domain" : "general")})");

    private static string Cut(string name) => name.PadRight(NameWidth) + " ";
}
