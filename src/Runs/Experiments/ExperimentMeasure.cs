namespace MolEngine.Runs.Experiments;

/// <summary>What every run of an experiment is measured by.</summary>
/// <param name="Name">Of the text or task.</param>
/// <param name="What">"cross-entropy", "KL(run || base)", "acc".</param>
/// <param name="Before">The base's value: 0 of a divergence.</param>
/// <param name="MoreIsBetter">Of scores; less is of cross-entropies and divergences.</param>
/// <param name="Unit">Of its pairs, in the singular: document or item.</param>
/// <param name="N">Documents or items.</param>
/// <param name="IsOfAll">Whether every run that was judged has it.</param>
public sealed record ExperimentMeasure(
    string Name, string What, bool IsDomain, double Before, bool MoreIsBetter, string Unit, int N, bool IsOfAll)
{
    /// <summary>"prose, cross-entropy".</summary>
    public string Title => $"{Name}, {What}";
}
