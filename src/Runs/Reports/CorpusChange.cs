namespace MolEngine.Runs.Reports;

/// <summary>What a run did to a corpus's held-out documents.</summary>
/// <param name="Kind">"domain" or "general".</param>
/// <param name="Kl">To the base model, at the end; null without one.</param>
public sealed record CorpusChange(string Name, string? Kind, double CeBefore, double CeAfter, double? Kl);
