using System.Text.Json;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Server.Answers;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Api;

/// <summary>Chat completions as OpenAI's API writes them.</summary>
internal sealed class ChatForm(
    ChatRequest request, IReadOnlyList<GenerationRequest> requests, int promptTokens, Tokenizer tokenizer)
    : AnswerForm(request.Fields, requests, promptTokens, tokenizer, "chatcmpl-")
{
    private readonly ChatChoice[] _choices = [.. requests.Select(_ => new ChatChoice(request.Splitter()))];

    protected override string WholeKind => "chat.completion";

    protected override string ChunkKind => "chat.completion.chunk";

    protected override void Take(int index, SequenceToken token, List<byte[]>? chunks)
    {
        IReadOnlyList<AnswerPart> parts = _choices[index].Take(token);
        if (chunks is not null)
            AddChunks(index, parts, chunks);
    }

    protected override void Take(int index, SequenceEnd end, List<byte[]>? chunks)
    {
        ChatChoice choice = _choices[index];
        IReadOnlyList<AnswerPart> parts = choice.Take(end);
        if (chunks is null)
            return;
        AddChunks(index, parts, chunks);
        chunks.Add(Chunk(json => WriteChunk(json, index, _ => { }, choice.Rest)));
    }

    protected override void WriteChoice(Utf8JsonWriter json, int index)
    {
        ChatChoice choice = _choices[index];
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        if (choice.Content.Length == 0 && choice.Calls.Count > 0)
            json.WriteNull("content");
        else
            json.WriteString("content", choice.Content);
        if (choice.Reasoning.Length > 0)
            json.WriteString("reasoning_content", choice.Reasoning);
        json.WriteNull("refusal");
        if (choice.Calls.Count > 0)
        {
            json.WriteStartArray("tool_calls");
            for (int i = 0; i < choice.Calls.Count; i++)
                WriteCall(json, choice, i, inChunk: false);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        WriteLogProbs(json, choice.Tokens);
        WriteDivergences(json, choice.Tokens, choice.Rest);
        json.WriteString("finish_reason", choice.FinishReason);
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, ChatChoice choice, int index, bool inChunk)
    {
        (string id, AnswerPart call) = choice.Calls[index];
        json.WriteStartObject();
        if (inChunk)
            json.WriteNumber("index", index);
        json.WriteString("id", id);
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", call.Function);
        json.WriteString("arguments", call.Text);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void AddChunks(int index, IReadOnlyList<AnswerPart> parts, List<byte[]> chunks)
    {
        ChatChoice choice = _choices[index];
        if (!choice.HasBegun)
        {
            choice.HasBegun = true;
            chunks.Add(Chunk(json => WriteChunk(json, index, delta =>
            {
                delta.WriteString("role", "assistant");
                delta.WriteString("content", "");
            }, isFirst: true)));
        }

        int call = choice.Calls.Count - parts.Count(p => p.Kind == AnswerPartKind.ToolCall);
        foreach (AnswerPart part in parts)
        {
            int number = part.Kind == AnswerPartKind.ToolCall ? call++ : 0;
            chunks.Add(Chunk(json => WriteChunk(json, index, delta => WriteDelta(delta, choice, part, number))));
        }
    }

    private static void WriteDelta(Utf8JsonWriter json, ChatChoice choice, AnswerPart part, int call)
    {
        if (part.Kind == AnswerPartKind.ToolCall)
        {
            json.WriteStartArray("tool_calls");
            WriteCall(json, choice, call, inChunk: true);
            json.WriteEndArray();
        }
        else
        {
            json.WriteString(part.Kind == AnswerPartKind.Content ? "content" : "reasoning_content", part.Text);
        }
    }

    /// <summary>A choice of a chunk, with the tokens that none has told of yet.</summary>
    /// <param name="rest">See <see cref="AnswerForm.WriteDivergences"/>; null: the answer is going on.</param>
    private void WriteChunk(
        Utf8JsonWriter json, int index, Action<Utf8JsonWriter> writeDelta, string? rest = null, bool isFirst = false)
    {
        ChatChoice choice = _choices[index];
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteStartObject("delta");
        writeDelta(json);
        json.WriteEndObject();
        WriteLogProbs(json, isFirst ? [] : choice.Tokens);
        WriteDivergences(json, isFirst ? [] : choice.Tokens, rest ?? "");
        if (!isFirst)
            choice.Tokens.Clear();
        json.WriteString("finish_reason", rest is null ? null : choice.FinishReason);
        json.WriteEndObject();
    }

    private void WriteLogProbs(Utf8JsonWriter json, IReadOnlyList<SequenceToken> tokens)
    {
        if (request.TopLogProbs < 0 || tokens.All(t => t.IsStop))
        {
            json.WriteNull("logprobs");
            return;
        }

        json.WriteStartObject("logprobs");
        json.WriteStartArray("content");
        foreach (SequenceToken token in tokens.Where(t => !t.IsStop))
        {
            json.WriteStartObject();
            WriteToken(json, token.Id, token.LogProb!.Value);
            json.WriteStartArray("top_logprobs");
            foreach (TokenLogProb other in token.Top)
            {
                json.WriteStartObject();
                WriteToken(json, other.Id, other.LogProb);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("refusal");
        json.WriteEndObject();
    }

    private void WriteToken(Utf8JsonWriter json, int id, double logProb)
    {
        ReadOnlySpan<byte> bytes = Tokenizer.TokenBytes(id);
        json.WriteString("token", System.Text.Encoding.UTF8.GetString(bytes));
        json.WriteNumber("logprob", JsonText.Finite(logProb));
        json.WriteStartArray("bytes");
        foreach (byte b in bytes)
            json.WriteNumberValue(b);
        json.WriteEndArray();
    }
}
