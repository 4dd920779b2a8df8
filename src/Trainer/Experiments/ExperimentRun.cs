using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Experiments;

/// <summary>A cell with one seed: a run of its own, in a directory of its own.</summary>
internal sealed record ExperimentRun(ExperimentCell Cell, ulong Seed, RunConfig Config)
{
    /// <summary>Its name in progress, comparisons and the folder of judgements.</summary>
    public string Name => $"{Cell.Name}.{SeedName(Seed)}";

    /// <summary>"mol, seed 1".</summary>
    public string Title => $"{Cell.Name}, seed {Seed}";

    /// <summary>Run directory, absolute.</summary>
    public string Folder => Config.Output;

    /// <summary>The name of a seed's folder within its cell's.</summary>
    public static string SeedName(ulong seed) => $"seed-{seed}";
}
