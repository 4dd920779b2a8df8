using MolEngine.Basics.Numerics;
using MolEngine.Basics.Text;
using MolEngine.Runs.Comparisons;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>What a run did, in a headline and the sentences that bear it out.</summary>
public sealed record Verdict(string Headline, IReadOnlyList<string> Sentences)
{
    private const string Unknown = "this report cannot say what was learned or kept";

    public static Verdict Of(RunRecord run)
    {
        IReadOnlyList<Outcome> outcomes = Outcome.Of(run);
        if (outcomes.Count == 0)
            return new Verdict("Nothing was validated", [$"No validation was logged, so {Unknown}."]);
        if (outcomes.All(o => o.Ce is null or { IsOne: true }))
            return new Verdict("Validated only once", [$"There is nothing to compare it with, so {Unknown}."]);

        IReadOnlyList<Measure> measures = HeldOutMeasures.Of(run);
        List<string> sentences = measures.Count > 0
            ? [.. measures.Select(m => Sentence(m, outcomes))]
            :
            [
                .. outcomes.Where(o => o.Ce is { IsOne: false }).Select(o =>
                    $"Cross-entropy on {Names.Inline(o.Corpus.Name)} went {Way(o.Ce!)}."),
                $"The figures of each document at the last validation (held_out.json) are not there, so {Unknown}.",
            ];
        if (run.Questions is { Rows.Count: > 0 } questions)
            sentences.Add($"Questions answered: {questions.Sentence}{Sureness(questions)}.");
        return new Verdict(measures.Count > 0 ? Head(measures) : "Before and after", sentences);
    }

    private static string Head(IReadOnlyList<Measure> measures)
    {
        Finding[] domain = [.. measures.Where(m => m.IsDomain).Select(m => m.Finding)];
        Finding[] general = [.. measures.Where(m => !m.IsDomain).Select(m => m.Finding)];
        string learned = domain.Length == 0 ? ""
            : domain.All(f => f == Finding.Better) ? "learned the domain"
            : domain.Any(f => f is Finding.Worse or Finding.ALittleWorse) ? "got worse on the domain"
            : domain.All(f => f == Finding.Same) ? "hardly changed on the domain"
            : domain.Any(f => f == Finding.Better) ? "learned a part of the domain"
            : "too little to tell whether the domain was learned";

        // The worst of what was to stay decides, as it does where models are compared.
        string kept = general.Length == 0 ? "" : general.Max() switch
        {
            Finding.Worse => "forgot some of the general",
            Finding.ALittleWorse => "lost a little of the general",
            Finding.Unclear => "too little to tell whether the general was kept",
            _ => "kept the general",
        };
        string head = string.Join(", ", new[] { learned, kept }.Where(w => w.Length > 0));
        return char.ToUpperInvariant(head[0]) + head[1..];
    }

    private static string Sentence(Measure m, IReadOnlyList<Outcome> outcomes)
    {
        string phrase = $"{char.ToUpperInvariant(m.Phrase[0])}{m.Phrase[1..]} {Names.Inline(m.Name)}";
        Change? ce = m.IsDistance ? null : outcomes.FirstOrDefault(o => o.Corpus.Name == m.Name)?.Ce;
        return ce is null ? $"{phrase}: {m.Figures}." : $"{phrase}: cross-entropy went {Way(ce)} ({m.Figures}).";
    }

    /// <summary>"from 4.519 to 0.444 nats per token (-90.2 %)".</summary>
    private static string Way(Change c) =>
        $"from {Numbers.Value(c.First.Y)} to {Numbers.Value(c.Last.Y)} nats per token "
            + $"({Numbers.SignedPercent(c.Share)})";

    /// <summary>How sure it is that more, or fewer, are answered; empty before the training is over.</summary>
    private static string Sureness(QuestionTable questions)
    {
        if (questions.After is null)
            return "";
        int gained = questions.Rows.Count(r => !r.RightBefore && r.RightAfter == true);
        int lost = questions.Rows.Count(r => r.RightBefore && r.RightAfter == false);
        return $" ({gained} gained and {lost} lost; sign test {Measure.Probability(SignTest.TwoSided(lost, gained))})";
    }
}
