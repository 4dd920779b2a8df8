namespace MolEngine.Kernels.Checks;

/// <summary>What the check of a kernel came to.</summary>
/// <param name="Shapes">All cases, up to the one that failed.</param>
/// <param name="LargestError">Relative, over every element that was compared; infinite where a number that is not
/// finite stands on one side alone.</param>
/// <param name="Worst">The case that had it; null where every case gave what was expected.</param>
/// <param name="Failure">The first difference, or the fault; null where all cases passed.</param>
/// <param name="Measure">Figures of the case that was measured; null where a failure came before, or none is.</param>
public sealed record KernelCheckResult(
    KernelCheck Check, IReadOnlyList<string> Shapes, double LargestError, string? Worst, string? Failure,
    KernelMeasure? Measure);
