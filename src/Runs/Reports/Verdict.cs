using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>What a run did, in a headline and the sentences that bear it out.</summary>
internal sealed record Verdict(string Headline, IReadOnlyList<string> Sentences)
{
    /// <summary>A cross-entropy that fell by less has hardly changed; one that rose by less is kept.</summary>
    public const double Little = 0.01;

    /// <summary>General text whose cross-entropy rose by more is forgotten rather than blurred.</summary>
    public const double Much = 0.05;

    public const string Rule =
        "Learned: the cross-entropy of held-out domain text fell by 1 % or more. Kept: that of general text rose by "
        + "less than 1 %; from 5 % on it counts as forgotten. Both are means over corpora, each corpus counted once.";

    private const string Unknown = "this report cannot say what was learned or kept";

    public static Verdict Of(RunRecord run)
    {
        IReadOnlyList<Outcome> outcomes = Outcome.Of(run);
        if (outcomes.Count == 0)
            return new Verdict("Nothing was validated", [$"No validation was logged, so {Unknown}."]);
        if (outcomes.All(o => o.Ce is null or { IsOne: true }))
            return new Verdict("Validated only once", [$"There is nothing to compare it with, so {Unknown}."]);

        Outcome[] domain = [.. outcomes.Where(o => o.Corpus.Kind == "domain")];
        Outcome[] general = [.. outcomes.Where(o => o.Corpus.Kind == "general")];
        Change? learned = Change.Mean(domain.Select(o => o.Ce));
        Change? kept = Change.Mean(general.Select(o => o.Ce));
        Change? moved = Change.Mean(general.Select(o => o.Kl));
        var sentences = new List<string>();
        if (learned is not null)
            sentences.Add(CrossEntropy($"held-out domain text ({Listed(domain)})", learned));
        if (kept is not null)
            sentences.Add(CrossEntropy($"held-out general text ({Listed(general)})", kept));
        if (moved is not null)
        {
            string distance = $"{Numbers.Kl(moved.Last.Y)} nats per token (KL)";
            sentences.Add($"On general text the model has moved {distance} away from the base model.");
        }

        if (run.Questions is { Rows.Count: > 0 } questions)
            sentences.Add($"Questions answered: {questions.Sentence}.");
        if (learned is null && kept is null)
        {
            sentences.AddRange(outcomes.Where(o => o.Ce is { IsOne: false })
                .Select(o => CrossEntropy($"held-out text of {Names.Inline(o.Corpus.Name)}", o.Ce!)));
        }

        return new Verdict(Head(learned, kept), sentences);
    }

    private static string Head(Change? learned, Change? kept)
    {
        string? domain = learned is null ? null : learned.Share switch
        {
            var share when !double.IsFinite(share) => "Broke on the domain",
            <= -Little => "Learned the domain",
            < Little => "Hardly changed on the domain",
            _ => "Did not learn the domain",
        };
        string? general = kept is null ? null : kept.Share switch
        {
            var share when !double.IsFinite(share) => "broke on general text",
            <= -Little => "improved on general text",
            < Little => "kept the general",
            < Much => "lost a little of the general",
            _ => "forgot some of the general",
        };
        return (domain, general) switch
        {
            (null, null) => "Before and after",
            (null, _) => char.ToUpperInvariant(general[0]) + general[1..],
            (_, null) => domain,
            _ => $"{domain}, {general}",
        };
    }

    private static string CrossEntropy(string what, Change c)
    {
        (string first, string last) = (Numbers.Value(c.First.Y), Numbers.Value(c.Last.Y));
        if (first == last)
            return $"Cross-entropy on {what} stayed at {last} nats per token (perplexity {Perplexity(c.Last)}).";
        string verb = c.Difference switch
        {
            < 0 => "fell",
            > 0 => "rose",
            _ => "went",
        };
        return $"Cross-entropy on {what} {verb} from {first} to {last} nats per token "
            + $"({Numbers.SignedPercent(c.Share)}; perplexity {Perplexity(c.First)} to {Perplexity(c.Last)}).";
    }

    private static string Perplexity(DataPoint ce) => Numbers.Value(Math.Exp(ce.Y));

    private static string Listed(Outcome[] outcomes) => outcomes.Length <= 3
        ? string.Join(", ", outcomes.Select(o => Names.Inline(o.Corpus.Name)))
        : Counts.Of(outcomes.Length, "corpus", "corpora");
}
