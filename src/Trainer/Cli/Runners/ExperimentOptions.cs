namespace MolEngine.Trainer.Cli.Runners;

/// <param name="Spec">The YAML file.</param>
/// <param name="Output">Folder of the experiment; null: <c>runs/NAME</c>, by the spec's file.</param>
/// <param name="Only">The one cell that is run; null: all.</param>
/// <param name="DryRun">Whether nothing is run, and the plan is shown.</param>
internal sealed record ExperimentOptions(string Spec, string? Output, string? Only, bool DryRun);
