namespace MolEngine.Kernels.Compilation;

/// <summary>A kernel's name, the sizes of its parameters, and its launch bounds, as its PTX declares them.</summary>
/// <param name="ParameterBytes">In order.</param>
/// <param name="MaxThreads">Threads of a block, by <c>__launch_bounds__</c>; null without it.</param>
public sealed record KernelSignature(string Name, IReadOnlyList<int> ParameterBytes, int? MaxThreads);
