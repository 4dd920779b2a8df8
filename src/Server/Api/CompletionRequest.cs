using MolEngine.Basics.Values;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Api;

/// <summary>A request for completions, read and checked but for its length.</summary>
/// <param name="Prompts">Ids of each, and its text.</param>
/// <param name="LogProbs">Alternatives that are told with each token; -1: no log-probabilities.</param>
/// <param name="Echoes">Whether the prompt is told with the answer.</param>
public sealed record CompletionRequest(
    GenerationFields Fields, IReadOnlyList<(int[] Ids, string Text)> Prompts, long MaxTokens, int LogProbs,
    bool Echoes)
{
    /// <summary>As OpenAI's API has it.</summary>
    private const int DefaultMaxTokens = 16;

    private const int MostTopLogProbs = Engine.Generation.GenerationRequest.MostTopLogProbs;

    /// <exception cref="ApiException">The request is refused.</exception>
    public static CompletionRequest Read(RequestFields fields, ServedModels models)
    {
        GenerationFields common = GenerationFields.Read(fields, models);
        if (fields.Text("suffix") is { Length: > 0 })
            throw ApiException.NotOffered("suffix", "expected none, got one: text is continued at its end alone");
        if (fields.Integer("best_of", 1, int.MaxValue) is { } best && best != common.Choices)
        {
            throw ApiException.NotOffered(
                "best_of", $"expected {common.Choices}, as n is, got {best}: answers are not ranked");
        }

        bool echoes = fields.Flag("echo") ?? false;
        int logProbs = (int)(fields.Integer("logprobs", 0, MostTopLogProbs) ?? -1);
        long most = fields.Integer("max_tokens", 0, int.MaxValue) ?? DefaultMaxTokens;
        if (most == 0 && !echoes)
            throw ApiException.Field("max_tokens", "expected at least 1, or \"echo\": true, got 0");
        return new CompletionRequest(common, ReadPrompts(fields, models), most, logProbs, echoes);
    }

    private static List<(int[] Ids, string Text)> ReadPrompts(RequestFields fields, ServedModels models)
    {
        switch (fields["prompt"])
        {
            case TextValue text:
                return [OfText(text.Text, "prompt", models)];
            case ListValue { Items: [NumberValue, ..] } ids:
                return [OfIds(ids, "prompt", models)];
            case ListValue { Items.Count: > 0 } list:
                return [.. list.Items.Select((p, i) => p switch
                {
                    TextValue text => OfText(text.Text, $"prompt[{i}]", models),
                    ListValue ids => OfIds(ids, $"prompt[{i}]", models),
                    _ => throw fields.Wrong("prompt", "texts or lists of ids in the list", p),
                })];
            case var other:
                throw fields.Wrong(
                    "prompt", "a text, a list of texts, ids, or a list of lists of ids", other ?? NullValue.Instance);
        }
    }

    private static (int[] Ids, string Text) OfText(string text, string field, ServedModels models)
    {
        int[] ids = Tokens.Of(text, models, document: true);
        return ids.Length > 0
            ? (ids, text)
            : throw ApiException.Field(field, "expected a text of at least one token, got an empty one");
    }

    private static (int[] Ids, string Text) OfIds(ListValue list, string field, ServedModels models)
    {
        int[] ids =
        [
            .. list.Items.Select((v, i) => RequestFields.IntegerOf(v) is { } id && id >= 0
                && id < models.Config.VocabSize
                ? (int)id
                : throw ApiException.Field(
                    $"{field}[{i}]",
                    $"expected an id from 0 to {models.Config.VocabSize - 1}, got {RequestFields.Shown(v)}")),
        ];
        return ids.Length > 0
            ? (ids, models.Tokenizer.Decode(ids, skipSpecialTokens: false))
            : throw ApiException.Field(field, "expected at least one id, got none");
    }
}
