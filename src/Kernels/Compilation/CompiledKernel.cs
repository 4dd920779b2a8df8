namespace MolEngine.Kernels.Compilation;

/// <summary>What a compiler made of a source.</summary>
/// <param name="Ptx">Always there.</param>
/// <param name="Cubin">Machine code; empty where the architecture is a virtual one.</param>
/// <param name="Log">Warnings and statistics.</param>
public sealed record CompiledKernel(string Ptx, byte[] Cubin, string Log);
