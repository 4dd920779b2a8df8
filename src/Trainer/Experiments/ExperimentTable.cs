using MolEngine.Yaml;

namespace MolEngine.Trainer.Experiments;

/// <summary>Every key of an experiment's spec.</summary>
internal static class ExperimentTable
{
    public static readonly KeyTable Keys = new(ExperimentKeys.All, ProgramCommand.With("experiment --help"))
    {
        NamesElsewhere = new Dictionary<string, ConfigKey>
        {
            ["seed"] = ExperimentKeys.Seeds,
            ["parameters"] = ExperimentKeys.Grid,
            ["sweep"] = ExperimentKeys.Grid,
            ["overrides"] = ExperimentKeys.Set,
            ["reference"] = ExperimentKeys.Baseline,
        },
    };
}
