using System.Text.Json.Nodes;
using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Evaluation.Answers;
using MolEngine.Evaluation.Tasks.Documents;

namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>Says of what a model wrote whether it is right: by the task's rules, or by running it.</summary>
/// <param name="thinking">What the model writes its reasoning between; null where it has no such marks.</param>
/// <param name="programs">Runs programs; null where they may not run.</param>
public sealed class AnswerJudge(
    EvalTask task, ThinkMarks? thinking, IProgramRunner? programs, CancellationToken cancel)
{
    private readonly (string Score, IAnswerRule Rule)[] _rules =
        [.. task.Rules.Select(r => (r.Score, AnswerRules.Named(r.Rule)))];

    /// <summary>What the model answered: what stands behind its reasoning, where that has an end.</summary>
    public string Answer(string text)
    {
        int close = thinking is null ? -1 : text.LastIndexOf(thinking.Close, StringComparison.Ordinal);
        return close < 0 ? text : text[(close + thinking!.Close.Length)..].TrimStart();
    }

    /// <summary>The answers each of which is right.</summary>
    public IReadOnlyList<string> Expected(TaskDocument document)
    {
        if (task.Accepted is { } path && ValuePath.Parse(path).In(document.Fields) is ListValue list)
            return [.. list.Items.Select(ValueTexts.Literal).OfType<string>()];
        return task.Answer is { } answer ? [answer.Render(document.Fields, document.Place)] : [];
    }

    /// <summary>What an answer adds to each score.</summary>
    /// <param name="extracted">Is given what each rule took from the answer.</param>
    public IEnumerable<Observation> Judge(TaskDocument document, string answer, JsonObject extracted)
    {
        IReadOnlyList<string> expected = Expected(document);
        foreach ((string score, IAnswerRule rule) in _rules)
        {
            Verdict verdict = rule.Judge(answer, expected);
            extracted[score] = verdict.Extracted;
            yield return new Observation(score, verdict.IsRight ? 1 : 0);
        }

        if (task.Code is not { } code)
            yield break;
        if (programs is null)
            throw new InvalidOperationException("A task of programs was begun without leave to run them.");
        MapValue fields = new([.. document.Fields.Entries, new("code", new TextValue(answer))]);
        string program = code.Program.Render(fields, document.Place);
        (bool passed, string how) = programs.Run(program, cancel);
        extracted["program"] = program;
        extracted["program_ended"] = how;
        yield return new Observation(ScoreNames.Pass, passed ? 1 : 0);
    }
}
