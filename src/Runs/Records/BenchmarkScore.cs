namespace MolEngine.Runs.Records;

/// <summary>What a task gave in a round of a run's benchmarks.</summary>
/// <param name="Score">Name of the headline score.</param>
/// <param name="How">How it was asked: what a number means nothing without.</param>
/// <param name="Step">Steps that were finished.</param>
/// <param name="Low">Lower end of the 95 % interval.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Items">Items that it is of.</param>
public sealed record BenchmarkScore(
    string Task, string Score, string How, long Step, double Value, double Low, double High, int Items);
