using System.Text;
using System.Text.Json;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Api;

/// <summary>Completions as OpenAI's API writes them.</summary>
internal sealed class CompletionForm(
    CompletionRequest request, IReadOnlyList<GenerationRequest> requests, Tokenizer tokenizer)
    : AnswerForm(request.Fields, requests, request.Prompts.Sum(p => p.Ids.Length), tokenizer, "cmpl-")
{
    private readonly Choice[] _choices = [.. requests.Select(_ => new Choice())];

    protected override string WholeKind => "text_completion";

    protected override string ChunkKind => "text_completion";

    protected override void Take(int index, SequenceToken token, List<byte[]>? chunks)
    {
        Choice choice = _choices[index];
        choice.Text.Append(token.Text);
        choice.Tokens.Add(token);

        // The prompt's log-probabilities come with the end: with them a stream has one chunk.
        if (chunks is not null && token.Text.Length > 0 && !(request.Echoes && request.LogProbs >= 0))
            chunks.Add(Chunk(json => WriteChunk(json, index, "", null)));
    }

    protected override void Take(int index, SequenceEnd end, List<byte[]>? chunks)
    {
        Choice choice = _choices[index];
        choice.Text.Append(end.Rest);
        choice.End = end;
        chunks?.Add(Chunk(json => WriteChunk(json, index, end.Rest, end.FinishReason)));
    }

    protected override void WriteChoice(Utf8JsonWriter json, int index) =>
        WriteChunk(json, index, _choices[index].End!.Rest, _choices[index].End!.FinishReason);

    /// <summary>A choice with the text and the tokens that nothing has told of yet.</summary>
    private void WriteChunk(Utf8JsonWriter json, int index, string rest, string? finishReason)
    {
        Choice choice = _choices[index];
        string text = choice.Text.ToString();
        bool tellsPrompt = request.Echoes && !choice.HasBegun;
        (int[] ids, string prompt) = request.Prompts[index / request.Fields.Choices];
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteString("text", tellsPrompt ? prompt + text : text);
        if (request.LogProbs >= 0)
            WriteLogProbs(json, choice, tellsPrompt ? ids : []);
        else
            json.WriteNull("logprobs");
        WriteDivergences(json, choice.Tokens, rest);
        json.WriteString("finish_reason", finishReason);
        json.WriteEndObject();
        choice.HasBegun = true;
        choice.Text.Clear();
        choice.Tokens.Clear();
    }

    /// <param name="prompt">Ids of the prompt, where it is told; nothing tells how probable the first one was.</param>
    private void WriteLogProbs(Utf8JsonWriter json, Choice choice, int[] prompt)
    {
        List<(int Id, double? LogProb, IReadOnlyList<TokenLogProb> Top)> tokens = [];
        if (prompt.Length > 0)
        {
            tokens.Add((prompt[0], null, []));
            tokens.AddRange(choice.End!.PromptLogProbs.Select(t => (t.Id, (double?)t.LogProb, t.Top)));
        }

        tokens.AddRange(choice.Tokens.Where(t => !t.IsStop).Select(t => (t.Id, t.LogProb, t.Top)));
        string[] names = [.. tokens.Select(t => Name(t.Id))];
        json.WriteStartObject("logprobs");
        json.WriteStartArray("tokens");
        foreach (string name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach ((_, double? logProb, _) in tokens)
        {
            if (logProb is { } value)
                json.WriteNumberValue(JsonText.Finite(value));
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach ((_, double? logProb, IReadOnlyList<TokenLogProb> top) in tokens)
            WriteTop(json, logProb is null ? null : top);
        json.WriteEndArray();
        json.WriteStartArray("text_offset");
        foreach (string name in names)
        {
            json.WriteNumberValue(choice.Offset);
            choice.Offset += name.Length;
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Alternatives by their texts: of two with the same text the more probable one is told.</summary>
    private void WriteTop(Utf8JsonWriter json, IReadOnlyList<TokenLogProb>? top)
    {
        if (top is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        var told = new HashSet<string>();
        foreach (TokenLogProb other in top)
        {
            if (Name(other.Id) is var name && told.Add(name))
                json.WriteNumber(name, JsonText.Finite(other.LogProb));
        }

        json.WriteEndObject();
    }

    private string Name(int id) => Encoding.UTF8.GetString(Tokenizer.TokenBytes(id));

    private sealed class Choice
    {
        /// <summary>Text that nothing has told of yet.</summary>
        public StringBuilder Text { get; } = new();

        /// <summary>Tokens that nothing has told of yet.</summary>
        public List<SequenceToken> Tokens { get; } = [];

        public SequenceEnd? End { get; set; }

        public bool HasBegun { get; set; }

        /// <summary>Where in the text the next token begins, in UTF-16 units.</summary>
        public int Offset { get; set; }
    }
}
