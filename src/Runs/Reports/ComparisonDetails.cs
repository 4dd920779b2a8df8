using MolEngine.Basics.Text;
using MolEngine.Runs.Comparisons;

namespace MolEngine.Runs.Reports;

/// <summary>The tables below the picture: how far each model moved on texts, and what became of answers.</summary>
internal static class ComparisonDetails
{
    public static void Add(HtmlPage html, Comparison comparison)
    {
        if (comparison.Models.Any(m => m.Texts.Count > 0))
            Moved(html, comparison);
        if (comparison.Models.Any(m => m.Tasks.Count > 0))
            Answers(html, comparison);
    }

    private static void Moved(HtmlPage html, Comparison comparison)
    {
        int n = comparison.TopN;
        html.Add(
            $"""
            <section id="moved"><h2>How far it moved</h2>
            <p class="soft">KL divergence in nats a token, over the whole vocabulary: to the base is KL(model || base),
            from the base KL(base || model). Training sees the base's {n} most probable tokens and all else as one
            class; the gap is what that leaves out. Of these {n} tokens: the probability that the base gives them, the
            one that the model gives them, and how many of them are among the model's own {n}.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="How far it moved"><table
            class="stacked"><thead>
            <tr><th scope="col">Text</th><th class="n" scope="col">KL to the base</th><th class="n"
            scope="col">KL from the base</th><th class="n" scope="col">{n} + 1 classes</th>
            <th class="n" scope="col">gap</th><th class="n" scope="col">base's mass</th>
            <th class="n" scope="col">model's mass</th><th class="n"
            scope="col">overlap</th></tr></thead><tbody>
            """);
        foreach (ComparedModel model in comparison.Models)
        {
            foreach (TextChange t in model.Texts)
            {
                string of = $"{t.Name} ({(t.IsDomain ? "domain" : "general")}), {Counts.Of(t.Tokens, "token")}";
                Markup masses = Markup.Of(
                    $"""
                    <td class="n" data-of="base's mass">{Numbers.Percent(t.BaseTopMass)}</td>
                    <td class="n" data-of="model's mass">{Numbers.Percent(t.ModelTopMass)}</td>
                    <td class="n" data-of="overlap">{Numbers.Percent(t.Overlap)}</td>
                    """);
                html.Add(
                    $"""
                    <tr><th scope="row"><bdi>{model.Name}</bdi><span class="kind">{of}</span></th>
                    {Kl("KL to the base", t.Reverse)}{Kl("KL from the base", t.Forward)}
                    <td class="n" data-of="{n} + 1 classes">{Numbers.Kl(t.Reverse.Coarse)}</td>
                    <td class="n" data-of="gap">{Numbers.Kl(t.Reverse.Gap)}</td>{masses}</tr>
                    """);
            }
        }

        html.Add($"</tbody></table></div></section>");
    }

    private static Markup Kl(string name, KlFigures kl)
    {
        string interval = $"{Numbers.Kl(kl.Full.Low)} to {Numbers.Kl(kl.Full.High)}";
        return Markup.Of(
            $"""
            <td class="n" data-of="{name}">{Numbers.Kl(kl.Full.Value)}<span class="kind">{interval}</span></td>
            """);
    }

    private static void Answers(HtmlPage html, Comparison comparison)
    {
        html.Add(
            $"""
            <section id="answers"><h2>Answers lost and gained</h2>
            <p class="soft">Each item was answered by both. Where one of several choices is taken, guessing alone
            changes some: in brackets, what is left beyond it. The calibration error is the mean distance of the
            probability of an answer from how often such answers are right (ten bins).</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Answers lost and gained"><table
            class="stacked"><thead>
            <tr><th scope="col">Task</th><th class="n" scope="col">right to wrong</th><th class="n" scope="col">wrong to
            right</th><th class="n" scope="col">by guessing</th><th class="n" scope="col">p</th><th class="n"
            scope="col">calibration error</th></tr></thead><tbody>
            """);
        foreach (ComparedModel model in comparison.Models)
        {
            foreach (TaskChange t in model.Tasks)
                html.Add(Row(model, t));
        }

        html.Add($"</tbody></table></div></section>");
    }

    private static Markup Row(ComparedModel model, TaskChange t)
    {
        string of = $"{t.Name} ({(t.IsDomain ? "domain" : "general")}), {Counts.Of(t.Items.Count, "item")}; {t.Score}";
        string how = string.Join("; ", t.How);
        string calibration = t.Calibration is var (before, after) ? $"{before:F3} to {after:F3}" : "\u2013";
        string p = t.P < 0.001 ? "<\u00a00.001" : $"{t.P:0.###}";
        string guessed = t.Guessed is { } g ? $"{g:0.#} each way" : "\u2013";
        string Beyond(int all, double adjusted) => t.Guessed is null ? $"{all}" : $"{all} ({adjusted:0.#})";
        Markup flows = Markup.Of(
            $"""
            <td class="n" data-of="right to wrong">{Beyond(t.Lost, t.LostAdjusted)}</td>
            <td class="n" data-of="wrong to right">{Beyond(t.Gained, t.GainedAdjusted)}</td>
            <td class="n" data-of="by guessing">{guessed}</td>
            """);
        return Markup.Of(
            $"""
            <tr><th scope="row"><bdi>{model.Name}</bdi><span class="kind">{of}</span>
            <span class="kind">{how}</span></th>{flows}
            <td class="n" data-of="p">{p}</td>
            <td class="n" data-of="calibration error">{calibration}</td></tr>
            """);
    }
}
