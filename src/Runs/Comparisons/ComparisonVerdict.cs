using MolEngine.Basics.Text;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Comparisons;

/// <summary>Which model forgot, in one line, and the sentences that bear it out.</summary>
public sealed record ComparisonVerdict(string Headline, IReadOnlyList<string> Sentences)
{
    public static ComparisonVerdict Of(Comparison comparison)
    {
        var sentences = comparison.Distances.Select(Sentence).ToList();
        sentences.AddRange(comparison.Models.Where(m => m.Measures.Count > 0).Select(Sentence));
        return new ComparisonVerdict(Head(comparison), sentences);
    }

    /// <summary>The worst that is measured of what was to stay; null where nothing is.</summary>
    public static Finding? OfGeneral(ComparedModel model)
    {
        Measure[] general = [.. model.Measures.Where(m => !m.IsDomain)];
        if (general.Length == 0)
            return null;

        // Losses that a mean hides are no finding of the mean: they keep a model from having kept everything.
        return (Finding)general.Max(m => Math.Max((int)m.Finding, m.HidesLosses ? (int)Finding.ALittleWorse : 0));
    }

    private static string Head(Comparison comparison)
    {
        string[] parts =
        [
            .. comparison.Models.GroupBy(OfGeneral).OrderByDescending(g => (int?)g.Key ?? -1)
                .Select(g => Said(g.Key, [.. g.Select(m => Names.Shortened(m.Name))])),
        ];
        string head = string.Join("; ", parts);

        // Models of one finding differ all the same, where it is sure which of them moved farther.
        return parts.Length == 1 && comparison.Distances is [{ IsSure: true } largest, ..]
            ? $"{head}: {Names.Shortened(largest.Far)} moved farthest"
            : head;
    }

    private static string Said(Finding? finding, string[] names)
    {
        string all = names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
        return finding switch
        {
            Finding.Worse => $"{all} forgot",
            Finding.ALittleWorse => $"{all} lost a little",
            Finding.Unclear => $"too little to tell whether {all} forgot",
            Finding.Same => $"{all} kept what the base can",
            Finding.Better => $"{all} lost nothing, and does better",
            _ => $"nothing general was measured of {all}, so whether it forgot cannot be said",
        };
    }

    private static string Sentence(ComparedModel model) =>
        $"{Names.Shortened(model.Name)} {string.Join("; ", model.Measures.Select(m => m.Clause))}.";

    /// <summary>How much farther one model moved than another.</summary>
    private static string Sentence(DistanceChange d)
    {
        string far = Names.Shortened(d.Far), near = Names.Shortened(d.Near);
        string figures = $"KL {Numbers.Kl(d.Most)} against {Numbers.Kl(d.Least)} nats a token over the whole vocabulary"
            + $", difference {Numbers.Signed(d.Difference.Value)}, 95\u00a0% {Numbers.Signed(d.Difference.Low)} to "
            + $"{Numbers.Signed(d.Difference.High)}, n\u00a0=\u00a0{Counts.Of(d.Documents, "document")}, sign test "
            + Measure.Probability(d.P);
        string how = d.Least < Numbers.KlNoise ? "farther from the base than"
            : $"{d.Most / d.Least:0.#} times as far from the base as";
        return d.IsSure
            ? $"On {Names.Shortened(d.Text)}, {far} moved {how} {near} ({figures})."
            : $"On {Names.Shortened(d.Text)}, there is too little to tell whether {far} moved farther than {near} "
                + $"({figures}).";
    }
}
