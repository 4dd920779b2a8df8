using System.Text.Json.Nodes;
using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Evaluation.Answers;
using MolEngine.Evaluation.Answers.Instructions;
using MolEngine.Evaluation.Tasks.Documents;

namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>Says of what a model wrote whether it is right: by the task's rules, IFEval's checkers, or by running it.
/// </summary>
/// <param name="thinking">What the model writes its reasoning between; null where it has no such marks.</param>
/// <param name="programs">Runs programs; null where they may not run.</param>
public sealed class AnswerJudge(
    EvalTask task, ThinkMarks? thinking, IProgramRunner? programs, CancellationToken cancel)
{
    /// <summary>The name by which a program's template has the model's code.</summary>
    private const string Completion = "completion";

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
    public IReadOnlyList<Observation> Judge(TaskDocument document, string answer, JsonObject extracted)
    {
        IReadOnlyList<string> expected = Expected(document);
        var observed = new List<Observation>();
        foreach ((string score, IAnswerRule rule) in _rules)
        {
            Verdict verdict = rule.Judge(answer, expected);
            extracted[score] = verdict.Extracted;
            observed.Add(new Observation(score, verdict.IsRight ? 1 : 0));
        }

        if (task.HasInstructions)
            observed.AddRange(Instructions(document, answer, extracted));
        if (task.Code is { } code)
            observed.Add(Run(code, document, answer, extracted));
        return observed;
    }

    private Observation Run(CodeSettings code, TaskDocument document, string answer, JsonObject extracted)
    {
        if (programs is null)
            throw new InvalidOperationException("A task of programs was begun without leave to run them.");
        string found = code.Extraction?.Extract(answer) ?? answer;
        MapValue fields = new(
            [.. document.Fields.Entries.Where(e => e.Key != Completion), new(Completion, new TextValue(found))]);
        string program = code.Program.Render(fields, document.Place);
        (bool passed, string how) = programs.Run(program, cancel);
        extracted["program"] = program;
        extracted["program_ended"] = how;
        return new Observation(ScoreNames.Pass, passed ? 1 : 0);
    }

    /// <summary>lm-evaluation-harness's four scores of IFEval.</summary>
    private static Observation[] Instructions(TaskDocument document, string answer, JsonObject extracted)
    {
        string prompt = ValueTexts.Literal(document.Fields["prompt"]) ?? "";
        string[] ids = [.. Items(document, "instruction_id_list").Select(i => ValueTexts.Literal(i) ?? "")];
        MapValue[] arguments = [.. Items(document, "kwargs").Select(i => i as MapValue ?? MapValue.Empty)];
        InstructionVerdict verdict = InstructionChecks.Judge(prompt, answer, ids, arguments);
        for (int i = 0; i < ids.Length; i++)
        {
            string how = verdict.Strict[i] ? "followed" : verdict.Loose[i] ? "followed loosely" : "not followed";
            extracted[$"{i + 1} {ids[i]}"] = how;
        }

        return
        [
            new("prompt_level_strict_acc", verdict.AllStrict ? 1 : 0),
            new("inst_level_strict_acc", verdict.Strict.Count(x => x), ids.Length),
            new("prompt_level_loose_acc", verdict.AllLoose ? 1 : 0),
            new("inst_level_loose_acc", verdict.Loose.Count(x => x), ids.Length),
        ];
    }

    private static IReadOnlyList<DataValue> Items(TaskDocument document, string field) =>
        document.Fields[field] is ListValue { Items.Count: > 0 } list ? list.Items : throw new UserException(
            $"{document.Place}: {field}: expected a list, one entry for each instruction, got none");
}
