using MolEngine.Basics.Text;
using MolEngine.Runs.Comparisons;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Advising;

/// <summary>
/// When a run is told something of itself, and in which words: pure functions of figures, oldest first. null is
/// "nothing to say". docs/guide.md has them in words.
/// </summary>
public static class AdviceRules
{
    /// <summary>Names of the rules.</summary>
    public const string Plateau = "plateau", Divergence = "divergence", Forgetting = "forgetting", Repeats = "repeats";

    /// <summary>Validations in a row that make a rule speak.</summary>
    public const int InARow = 3;

    /// <summary>
    /// Times that text may repeat with little loss against new text (Muennighoff and others 2023, "Scaling
    /// Data-Constrained Language Models").
    /// </summary>
    public const int MostRepeats = 4;

    /// <summary>A fall of cross-entropy, as a share of it, that is none.</summary>
    public const double NoFall = 0.001;

    /// <summary>
    /// It has fallen by more than <see cref="NoFall"/> since the first validation, and the last <see cref="InARow"/> of
    /// them lie no more than that below the lowest before them, and no more than <see cref="Measure.Little"/> above it.
    /// </summary>
    /// <param name="ce">Cross-entropy on the corpus's held-out documents, of each validation.</param>
    public static string? OfPlateau(string corpus, IReadOnlyList<double> ce)
    {
        if (ce.Count <= InARow)
            return null;
        double lowest = ce.SkipLast(InARow).Min();
        double[] last = [.. ce.TakeLast(InARow)];
        bool hasFallen = lowest < ce[0] * (1 - NoFall);
        if (!hasFallen || last.Min() < lowest * (1 - NoFall) || last.Max() > lowest * (1 + Measure.Little))
            return null;
        return $"validation CE of {Names.Shortened(corpus)} has not fallen for {InARow} validations ({Figures(last)}; "
            + $"lowest before {Numbers.Value(lowest)}): more steps are unlikely to help. stop_early ends such a run";
    }

    /// <summary>
    /// Each of the last <see cref="InARow"/> validations is above the one before, and the last more than
    /// <see cref="Measure.Little"/> above the lowest of all.
    /// </summary>
    /// <param name="ce">As for <see cref="OfPlateau"/>.</param>
    /// <param name="trained">Mean cross-entropy on the rows that were trained on before the first of those validations
    /// and before the last; null where that is not known.</param>
    public static string? OfDivergence(string corpus, IReadOnlyList<double> ce, (double Then, double Now)? trained)
    {
        if (!Rises(ce) || ce[^1] <= ce.Min() * (1 + Measure.Little))
            return null;
        string why = trained is { } t && t.Now < t.Then
            ? $"while that of the rows it is trained on fell ({Numbers.Value(t.Then)} to {Numbers.Value(t.Now)}): "
                + "they are learned by heart. Fewer epochs or more text help; checkpoint: best keeps the model from "
                + "before"
            : "and the rows it is trained on are not learned meanwhile: optimizer.learning_rate is too high";
        return $"validation CE of {Names.Shortened(corpus)} has risen for {InARow} validations in a row "
            + $"({Figures(ce.TakeLast(InARow + 1))}), to {Above(ce[^1], ce.Min())} above its lowest, {why}";
    }

    /// <summary>
    /// The same of general text, with the first validation, before the first step, in place of the lowest.
    /// </summary>
    /// <param name="ce">Cross-entropy on the corpus's held-out documents, of each validation; the first is of the model
    /// that the run starts with.</param>
    /// <param name="kl">KL to the base at the last of them; null where it was not measured.</param>
    public static string? OfForgetting(string corpus, IReadOnlyList<double> ce, double? kl)
    {
        if (!Rises(ce) || ce[^1] <= ce[0] * (1 + Measure.Little))
            return null;
        string distance = kl is { } d ? $", KL to the base {Numbers.Kl(d)}" : "";
        return $"{Names.Shortened(corpus)} is being forgotten, more at each of {InARow} validations: CE "
            + $"{Figures(ce.TakeLast(InARow + 1))}, {Above(ce[^1], ce[0])} above that before the first step{distance}. "
            + "A lower optimizer.learning_rate or a higher ratio holds it; stop_early.max_general_kl bounds it";
    }

    /// <summary>The rows of a corpus come round more than <see cref="MostRepeats"/> times in a run.</summary>
    /// <param name="rows">Rows that the corpus has.</param>
    /// <param name="seen">Rows of it that the run sees, each as often as it comes.</param>
    public static string? OfRepeats(string corpus, long rows, double seen)
    {
        double times = rows == 0 ? 0 : seen / rows;
        if (times <= MostRepeats)
            return null;
        return $"{Names.Shortened(corpus)} is seen {times:0.#} times ({Counts.Of(rows, "row")}, "
            + $"{Counts.Of((long)seen)} of them in this run): beyond about {MostRepeats} times text teaches less and "
            + "less, and is learned by heart. Where held-out text gets no better, fewer epochs do as well";
    }

    private static bool Rises(IReadOnlyList<double> ce) =>
        ce.Count > InARow && Enumerable.Range(ce.Count - InARow, InARow).All(i => ce[i] > ce[i - 1]);

    private static string Figures(IEnumerable<double> values) => string.Join(", ", values.Select(Numbers.Value));

    private static string Above(double now, double then) => $"{100 * ((now / then) - 1):0.0} %";
}
