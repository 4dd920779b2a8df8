using System.Text.Json;

namespace MolEngine.Runs.Records;

/// <summary>
/// held_out.json of one corpus: what the model says of each of its held-out documents at the first validation and at
/// the last one.
/// </summary>
/// <param name="Kind">"domain" or "general".</param>
/// <param name="Tokens">Predicted tokens of each document that has any.</param>
/// <param name="Last">The first where there has been no other.</param>
public sealed record HeldOutCorpus(
    string Corpus, string Kind, IReadOnlyList<int> Tokens, HeldOutRound First, HeldOutRound Last)
{
    /// <exception cref="JsonException">It is no such list, or its figures are not of the same documents.</exception>
    public static IReadOnlyList<HeldOutCorpus> Read(JsonElement json)
    {
        IReadOnlyList<HeldOutCorpus> all = RecordJson.List<HeldOutCorpus>(json);
        foreach (HeldOutCorpus c in all)
        {
            IReadOnlyList<double>?[] figures =
                [c.First.CrossEntropy, c.Last.CrossEntropy, c.First.KlDivergence, c.Last.KlDivergence];
            bool areAll = figures.All(f => f is null || f.Count == c.Tokens.Count);
            if (!areAll || c.Tokens.Count == 0 || c.Tokens.Any(t => t <= 0))
                throw new JsonException($"{c.Corpus}: expected figures of each of its documents, got others");
        }

        return all;
    }
}

/// <summary>What a model says of held-out documents: means over a document's predicted tokens, in nats.</summary>
/// <param name="Step">Steps that were finished.</param>
/// <param name="KlDivergence">KL(model || base) over the whole vocabulary; null where there is no base.</param>
public sealed record HeldOutRound(
    long Step, IReadOnlyList<double> CrossEntropy, IReadOnlyList<double>? KlDivergence);
