using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MolEngine.Basics.Text;
using MolEngine.Basics.Values;

namespace MolEngine.Data.Synthesis;

/// <summary>An attempt as it is noted: a line of JSON.</summary>
/// <param name="Dropped">The reason, or null for a record.</param>
public sealed record MagpieEntry(long Attempt, string Topic, string? Dropped, string? User, string? Answer)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <inheritdoc cref="MagpieDraft.Key"/>
    [JsonIgnore]
    public string Key => User ?? Answer ?? "";

    public static MagpieEntry Of(MagpieDraft draft) =>
        new(draft.Attempt, draft.Topic.Name, draft.Drop, draft.User, draft.Answer);

    /// <exception cref="JsonException">It is no such line.</exception>
    public static MagpieEntry Parse(string line)
    {
        MagpieEntry entry = StrictJson.Read<MagpieEntry>(line, Json);
        return entry.Topic is not null && (entry.Dropped ?? entry.Answer) is not null
            ? entry
            : throw new JsonException("expected a topic, and an answer or why there is none");
    }

    /// <summary>A line without breaks.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>The record, as corpora have it.</summary>
    public string ToRecord() => User is null
        ? MadeRecord.OfText(Answer!)
        : MadeRecord.OfDialogue([new("user", User), new("assistant", Answer!)], MapValue.Empty);
}
