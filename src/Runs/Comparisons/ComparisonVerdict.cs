using MolEngine.Basics.Text;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Comparisons;

/// <summary>Which model forgot, in one line, and the sentences that bear it out.</summary>
public sealed record ComparisonVerdict(string Headline, IReadOnlyList<string> Sentences)
{
    public static ComparisonVerdict Of(Comparison comparison)
    {
        var sentences = new List<string>();
        if (Distance(comparison.Models) is { } distance)
            sentences.Add(distance);
        sentences.AddRange(comparison.Models.Where(m => m.Measures.Count > 0).Select(Sentence));
        return new ComparisonVerdict(Head(comparison.Models), sentences);
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

    private static string Head(IReadOnlyList<ComparedModel> models)
    {
        string[] parts =
        [
            .. models.GroupBy(OfGeneral).OrderByDescending(g => (int?)g.Key ?? -1)
                .Select(g => Said(g.Key, [.. g.Select(m => Names.Shortened(m.Name))])),
        ];
        return string.Join("; ", parts);
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
            Finding.Better => $"{all} got better even where nothing was to change",
            _ => $"nothing general was measured of {all}, so whether it forgot cannot be said",
        };
    }

    private static string Sentence(ComparedModel model) =>
        $"{Names.Shortened(model.Name)} {string.Join("; ", model.Measures.Select(m => m.Clause))}.";

    /// <summary>How much farther one moved than another, on the largest general text that all have.</summary>
    private static string? Distance(IReadOnlyList<ComparedModel> models)
    {
        TextChange? largest = models[0].Texts.Where(t => !t.IsDomain).MaxBy(t => t.Tokens);
        if (models.Count < 2 || largest is null)
            return null;
        (ComparedModel Model, double Kl)[] moved =
        [
            .. models.SelectMany(m => m.Texts.Where(t => t.Name == largest.Name && !t.IsDomain)
                .Select(t => (m, t.Reverse.Full.Value))),
        ];
        (ComparedModel near, double least) = moved.MinBy(m => m.Kl);
        (ComparedModel far, double most) = moved.MaxBy(m => m.Kl);
        if (near == far || least < Numbers.KlNoise)
            return null;
        string text = Names.Shortened(largest.Name);
        return $"On {text}, {Names.Shortened(far.Name)} moved {most / least:0.#} times as far from the base as "
            + $"{Names.Shortened(near.Name)}: {Numbers.Kl(most)} against {Numbers.Kl(least)} nats a token "
            + $"(KL over the whole vocabulary, {Counts.Of(largest.Tokens, "token")} of "
            + $"{Counts.Of(largest.Documents.Count, "document")}).";
    }
}
