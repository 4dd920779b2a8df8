using System.Text.Json;

namespace MolEngine.Runs.Records;

/// <summary>benchmarks.json as the report tells it.</summary>
internal sealed record BenchmarkTable(IReadOnlyList<BenchmarkScore> Scores)
{
    /// <summary>The rounds of each task, as it was asked, in the order of their steps.</summary>
    public IReadOnlyList<BenchmarkScore[]> Tasks =>
        [.. Scores.GroupBy(s => (s.Task, s.How)).Select(g => g.OrderBy(s => s.Step).ToArray())];

    public static BenchmarkTable Read(JsonElement json) => new(RecordJson.List<BenchmarkScore>(json));
}
