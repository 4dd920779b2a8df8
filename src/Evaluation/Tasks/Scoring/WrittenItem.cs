using System.Text.Json.Nodes;
using MolEngine.Evaluation.Models;
using MolEngine.Evaluation.Tasks.Documents;
using MolEngine.Evaluation.Tasks.Prompts;

namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>A question that the model answers in writing; rules, or a program's end, say whether it is right.</summary>
public sealed class WrittenItem : AskedItem
{
    private readonly TaskPrompt _prompt;
    private readonly AnswerJudge _judge;
    private readonly WritingRequest _request;
    private readonly int _cut;

    /// <param name="settings">How it writes.</param>
    /// <param name="seed">Of its draws.</param>
    public WrittenItem(
        ILanguageModel model, ItemKey key, TaskDocument document, TaskPrompt prompt, GenerationSettings settings,
        ulong seed, AnswerJudge judge)
        : base(key, document)
    {
        (_prompt, _judge) = (prompt, judge);
        int[] ids = TokenPair.Begun(model, prompt.Text, prompt.IsChat);
        if (ids.Length == 0)
            ids = [model.StartId];

        // As lm-evaluation-harness: the answer has its room first, and the prompt's beginning goes. An answer that may
        // be as long as the context gets what the prompt leaves.
        int room = model.ContextLimit - settings.MaxTokens;
        _cut = room > 0 ? Math.Max(0, ids.Length - room) : Math.Max(0, ids.Length + 1 - model.ContextLimit);
        ids = ids[_cut..];
        int most = Math.Min(settings.MaxTokens, model.ContextLimit - ids.Length);
        _request = new WritingRequest(ids, settings.Stops, most, settings.Sampling, seed);
    }

    public override int Cut => _cut;

    public override WritingRequest? Writing => _request;

    public override ItemResult Judged(WrittenText text)
    {
        string answer = _judge.Answer(text.Text);
        var extracted = new JsonObject();
        IReadOnlyList<Observation> observed = _judge.Judge(Document, answer, extracted);
        var shown = new JsonObject
        {
            ["prompt"] = _prompt.Text,
            ["prompt_tokens"] = _request.Prompt.Length,
            ["output"] = text.Text,
            ["tokens"] = text.Tokens,
            ["ended_by"] = text.EndedBy,
            ["expected"] = new JsonArray([.. _judge.Expected(Document).Select(e => JsonValue.Create(e))]),
            ["extracted"] = extracted,
        };
        if (answer.Length != text.Text.Length)
            shown["answer"] = answer;
        if (_cut > 0)
            shown["cut_tokens"] = _cut;
        return new ItemResult(Key, observed, shown);
    }
}
