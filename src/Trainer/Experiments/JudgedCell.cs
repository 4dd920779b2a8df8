using MolEngine.Runs.Experiments;

namespace MolEngine.Trainer.Experiments;

/// <summary>A cell with those of its runs that are judged, in the order of the seeds.</summary>
internal sealed record JudgedCell(ExperimentCell Cell, IReadOnlyList<(ulong Seed, JudgedRun Run)> Runs);
