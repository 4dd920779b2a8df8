using MolEngine.Basics.Numerics;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Evaluation.Comparing;
using MolEngine.Evaluation.Tasks;
using MolEngine.Runs.Comparisons;

namespace MolEngine.Trainer.Comparing;

/// <summary>Makes of what two models said the figures of their comparison.</summary>
internal static class Changes
{
    /// <param name="rows">Sums over each row of the source, in the order of its documents.</param>
    public static TextChange OfText(TextSource source, IReadOnlyList<TokenComparison> rows, ulong seed)
    {
        (int Tokens, TokenComparison Sum)[] documents = [.. Documents(source, rows).Where(d => d.Tokens > 0)];
        long tokens = documents.Sum(d => (long)d.Tokens);
        TokenComparison all = documents.Aggregate(default(TokenComparison), (sum, d) => sum + d.Sum);
        Interval Mean(Func<TokenComparison, double> what) => PairedBootstrap.Of(
            [.. documents.Select(d => new PairedChange(what(d.Sum), d.Tokens))], seed);
        KlFigures Kl(Func<TokenComparison, Divergence> which) => new(
            Mean(t => which(t).Full), which(all).Coarse / tokens, which(all).Gap / tokens);
        return new TextChange(
            source.Name, source.IsDomain, tokens, all.BaseCe / tokens, Mean(t => t.ModelCe - t.BaseCe),
            SignTest.TwoSided(
                documents.Count(d => d.Sum.ModelCe > d.Sum.BaseCe), documents.Count(d => d.Sum.ModelCe < d.Sum.BaseCe)),
            Kl(t => t.Reverse), Kl(t => t.Forward), all.BaseTopMass / tokens, all.ModelTopMass / tokens,
            all.Overlap / tokens,
            [
                .. documents.Select(d => new DocumentChange(
                    d.Tokens, d.Sum.BaseCe / d.Tokens, d.Sum.ModelCe / d.Tokens, d.Sum.Reverse.Full / d.Tokens,
                    d.Sum.Forward.Full / d.Tokens)),
            ]);
    }

    /// <param name="how">How the task was asked.</param>
    public static TaskChange OfTask(
        string name, bool isDomain, IReadOnlyList<string> how, PairedItems items, ulong seed) => new(
        name, isDomain, Shown(items.All[0].Before.Score.Score), how, items.Before, items.After, items.Change(seed),
        items.Lost, items.Gained, SignTest.TwoSided(items.Lost, items.Gained), items.Guessed(), items.Calibration(),
        [
            .. items.All.Select(i => new ItemChange(
                i.Before.Subset, i.Before.Item, i.Before.Prompt, i.Before.Expected, i.Before.Said, i.After.Said,
                i.Before.Score.Value / i.Before.Score.Weight, i.After.Score.Value / i.After.Score.Weight,
                Right(i.Before), Right(i.After), i.Drop)),
        ])
        {
            IsRightOrWrong = items.AreRightOrWrong,
            LostP = items.LostByGuessing(),
        };

    /// <summary>Of each general text the models that moved least and most, the largest text first.</summary>
    public static IReadOnlyList<DistanceChange> Distances(IReadOnlyList<ComparedModel> models, ulong seed)
    {
        if (models.Count < 2)
            return [];
        return
        [
            .. models.SelectMany(m => m.Texts.Where(t => !t.IsDomain).Select(t => (m.Name, Text: t)))
                .GroupBy(t => t.Text.Name).OrderByDescending(g => g.First().Text.Tokens)
                .Select(g => Distance(g.MinBy(Kl), g.MaxBy(Kl), seed)),
        ];

        static double Kl((string Name, TextChange Text) t) => t.Text.Reverse.Full.Value;
    }

    private static DistanceChange Distance(
        (string Name, TextChange Text) near, (string Name, TextChange Text) far, ulong seed)
    {
        PairedChange[] changes =
        [
            .. near.Text.Documents.Zip(far.Text.Documents, (n, f) =>
                new PairedChange(f.Tokens * (f.ReverseKl - n.ReverseKl), f.Tokens)),
        ];
        return new DistanceChange(
            far.Text.Name, near.Name, far.Name, near.Text.Reverse.Full.Value, far.Text.Reverse.Full.Value,
            PairedBootstrap.Of(changes, seed),
            SignTest.TwoSided(changes.Count(c => c.Sum < 0), changes.Count(c => c.Sum > 0)), changes.Length,
            far.Text.Tokens);
    }

    private static double? Right(ItemAnswer answer) =>
        answer.Probabilities.Count == 0 ? null : answer.Probabilities[answer.Right];

    /// <summary>A perplexity is compared by what it is made of, which has means.</summary>
    private static string Shown(string score) => score switch
    {
        ScoreNames.WordPerplexity => "log-likelihood a word",
        ScoreNames.BytePerplexity or ScoreNames.BitsPerByte => "log-likelihood a byte",
        _ => score,
    };

    private static IEnumerable<(int Tokens, TokenComparison Sum)> Documents(
        TextSource source, IReadOnlyList<TokenComparison> rows)
    {
        int at = 0;
        foreach (IReadOnlyList<TokenRow> document in source.Documents)
        {
            TokenComparison sum = default;
            foreach (TokenRow _ in document)
                sum += rows[at++];
            yield return (document.Sum(r => r.EffectiveTokens), sum);
        }
    }
}
