using MolEngine.Basics.Text;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>The questions: how many were answered before and after, and what was said, what changed first.</summary>
internal static class QuestionsSection
{
    /// <summary>Questions of a group that are shown; all of them are in questions.json.</summary>
    private const int Shown = 50;

    /// <summary>A run without questions has no such section.</summary>
    public static void Add(HtmlPage html, RunRecord run)
    {
        if (run.Questions is not { Rows.Count: > 0 } questions)
            return;
        html.Add(
            $"""
            <section id="questions"><h2>Questions</h2>
            <p class="score">Answered: {questions.Sentence}</p>
            <p class="soft">Held-out questions, answered greedily; of those with options the most probable one is the
            answer. Right is an answer that equals the expected one, letter case and punctuation around it apart (exact
            match).</p>
            """);
        if (questions.Rows.Count(r => r.InTraining) is > 0 and int memorised)
        {
            html.Add(
                $"""
                <p class="note">{memorised} of them (marked *) {QuestionTable.AreTrainedOn(memorised)}.</p>
                """);
        }

        foreach ((string what, Func<QuestionOutcome, bool> which) in Groups(questions))
        {
            QuestionOutcome[] rows = [.. questions.Rows.Where(which)];
            if (rows.Length > 0)
                Add(html, $"{Counts.Of(rows.Length)} {what}", rows);
        }

        html.Add($"</section>");
    }

    private static IEnumerable<(string What, Func<QuestionOutcome, bool> Which)> Groups(QuestionTable questions) =>
        questions.After is null
            ? [("asked so far", _ => true)]
            :
            [
                ("lost: right before, wrong after", q => q.RightBefore && q.RightAfter == false),
                ("gained: wrong before, right after", q => !q.RightBefore && q.RightAfter == true),
                ("wrong before and after", q => !q.RightBefore && q.RightAfter == false),
                ("right before and after", q => q.RightBefore && q.RightAfter == true),
            ];

    private static void Add(HtmlPage html, string title, QuestionOutcome[] rows)
    {
        html.Add(
            $"""
            <details><summary>{title}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="{title}"><table class="asked stacked"><thead>
            <tr><th scope="col">Question</th><th scope="col">Expected</th><th scope="col">Before</th><th
            scope="col">After</th></tr>
            </thead><tbody>
            """);
        foreach (QuestionOutcome q in rows.Take(Shown))
        {
            string mark = q.InTraining ? " *" : "";
            html.Add(
                $"""
                <tr><th scope="row" dir="auto">{q.Question}{mark}</th><td dir="auto"
                data-of="expected">{q.Expected}</td>
                """);
            html.Add($"{Answer("before", q.Before, q.RightBefore)}{Answer("after", q.After, q.RightAfter)}</tr>");
        }

        html.Add($"</tbody></table></div>");
        if (rows.Length > Shown)
            html.Add($"""<p class="note">The first {Shown} of {rows.Length}; questions.json has them all.</p>""");
        html.Add($"</details>");
    }

    /// <summary>Whether an answer is right, in words as well as in colour.</summary>
    private static Markup Answer(string when, string? answer, bool? right)
    {
        if (answer is null || right is null)
            return Markup.Of($"""<td class="missing" data-of="{when}">not yet</td>""");
        (string tone, string verdict) = right == true ? ("better", "right") : ("worse", "wrong");
        Markup said = answer.Length == 0
            ? new Markup("""<span class="missing">nothing</span>""")
            : Markup.Of($"""<span dir="auto">{answer}</span>""");
        return Markup.Of($"""<td data-of="{when}">{said}<span class="kind {tone}">{verdict}</span></td>""");
    }
}
