using System.Text.Json.Serialization;
using MolEngine.Data.Records;

namespace MolEngine.Data;

/// <summary>What a corpus was made of.</summary>
/// <param name="Files">Files that were read.</param>
/// <param name="PassedOver">Files of its folders whose names say nothing that is read.</param>
/// <param name="Dialogues">Documents to train on that were messages.</param>
/// <param name="Cached">Whether the tokens come from the cache.</param>
/// <param name="CacheProblem">Why the tokens could not be kept, or null.</param>
public sealed record CorpusSource(
    int Files,
    IReadOnlyList<string> PassedOver,
    int Dialogues,
    SkippedRecords Skipped,
    bool Cached,
    string? CacheProblem)
{
    /// <summary>Documents that are cut up, as pieces of them are held out.</summary>
    public int CutForValidation { get; init; }

    /// <summary>What people should know of how the records were read.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Records of each shape, the most frequent first.</summary>
    [JsonIgnore]
    public IReadOnlyList<ShapeCount> Shapes { get; init; } = [];

    /// <summary>Characters of all documents as they are tokenized, those held out among them.</summary>
    [JsonIgnore]
    public long Characters { get; init; }

    public static readonly CorpusSource None = new(0, [], 0, SkippedRecords.None, false, null);
}
