using System.Text.Json;

namespace MolEngine.Runs.Records;

/// <summary>advice.json: what a run said of itself while it went on.</summary>
/// <param name="Step">Steps that were finished.</param>
/// <param name="Rule">The rule by which it was said, one of <c>AdviceRules</c>.</param>
/// <param name="Corpus">The corpus that it is about.</param>
/// <param name="Text">A sentence with its figures, and what to do.</param>
public sealed record Advice(long Step, string Rule, string Corpus, string Text)
{
    public static IReadOnlyList<Advice> Read(JsonElement json) => RecordJson.List<Advice>(json);
}
