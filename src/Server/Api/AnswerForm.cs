using System.Text.Json;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Api;

/// <summary>
/// The answers of a request as one of OpenAI's endpoints writes them: whole, or as the chunks of a stream.
/// </summary>
/// <param name="promptTokens">Of each prompt once, however many answers it gets.</param>
internal abstract class AnswerForm(
    GenerationFields fields, IReadOnlyList<GenerationRequest> requests, int promptTokens, Tokenizer tokenizer,
    string idPrefix)
{
    private readonly string _id = idPrefix + Guid.NewGuid().ToString("N");
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private int _tokens;
    private int _cached;

    public GenerationFields Fields => fields;

    /// <summary>One for each answer.</summary>
    public IReadOnlyList<GenerationRequest> Requests => requests;

    /// <summary>Takes in what came of an answer.</summary>
    /// <param name="chunks">Gets what a stream sends for it; null where the answers are sent whole.</param>
    public void Take(SequenceEvent came, List<byte[]>? chunks)
    {
        if (came.Token is { } token)
        {
            _tokens++;
            Take(came.Index, token, chunks);
        }
        else if (came.End is { } end)
        {
            // Answers to one prompt share it: what the cache had of it counts once, as its tokens do.
            if (came.Index % fields.Choices == 0)
                _cached += end.CachedTokens;
            Take(came.Index, end, chunks);
        }
    }

    /// <summary>All of it, once every answer has ended.</summary>
    public byte[] Whole() => JsonText.Of(json => WriteBody(json, WholeKind, () =>
    {
        for (int i = 0; i < requests.Count; i++)
            WriteChoice(json, i);
    }, withUsage: true));

    /// <summary>The last chunk of a stream that tells the usage.</summary>
    public byte[] UsageChunk() => JsonText.Of(json => WriteBody(json, ChunkKind, () => { }, withUsage: true));

    /// <summary><c>object</c> of a whole answer.</summary>
    protected abstract string WholeKind { get; }

    /// <summary><c>object</c> of a chunk.</summary>
    protected abstract string ChunkKind { get; }

    protected Tokenizer Tokenizer => tokenizer;

    protected abstract void Take(int index, SequenceToken token, List<byte[]>? chunks);

    protected abstract void Take(int index, SequenceEnd end, List<byte[]>? chunks);

    protected abstract void WriteChoice(Utf8JsonWriter json, int index);

    /// <summary>A chunk with one choice.</summary>
    protected byte[] Chunk(Action<Utf8JsonWriter> writeChoice) => JsonText.Of(
        json => WriteBody(json, ChunkKind, () => writeChoice(json), withUsage: false));

    /// <summary>The tokens of a text with how far each is from the reference, where one is named.</summary>
    /// <param name="rest">Text that belongs to no token of its own; empty for none.</param>
    protected void WriteDivergences(Utf8JsonWriter json, IReadOnlyList<SequenceToken> tokens, string rest)
    {
        if (fields.Reference is null)
            return;
        json.WriteStartObject("molengine");
        json.WriteStartArray("tokens");
        foreach (SequenceToken token in tokens)
            Write(token.Text, token.Divergence);
        if (rest.Length > 0)
            Write(rest, null);
        json.WriteEndArray();
        json.WriteEndObject();

        void Write(string text, double? divergence)
        {
            json.WriteStartObject();
            json.WriteString("text", text);
            json.Number("kl", divergence);
            json.WriteEndObject();
        }
    }

    private void WriteBody(Utf8JsonWriter json, string kind, Action writeChoices, bool withUsage)
    {
        json.WriteStartObject();
        json.WriteString("id", _id);
        json.WriteString("object", kind);
        json.WriteNumber("created", _created);
        json.WriteString("model", fields.Model.Name);
        json.WriteStartArray("choices");
        writeChoices();
        json.WriteEndArray();
        if (withUsage)
            WriteUsage(json);
        else if (fields.StreamsUsage)
            json.WriteNull("usage");
        json.WriteEndObject();
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", promptTokens);
        json.WriteNumber("completion_tokens", _tokens);
        json.WriteNumber("total_tokens", promptTokens + _tokens);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", _cached);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
