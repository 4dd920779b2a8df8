using System.Text.Json.Nodes;

namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>A scored answer.</summary>
/// <param name="Shown">All that a person needs to see why: prompt and continuations as scored, likelihoods or text,
/// what was extracted, what is right.</param>
public sealed record ItemResult(ItemKey Key, IReadOnlyList<Observation> Scores, JsonObject Shown);
