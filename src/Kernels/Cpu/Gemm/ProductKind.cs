namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>How matrix products are computed. Sums are fp32 in all of them; their order is each one's own.</summary>
public enum ProductKind
{
    /// <summary>Of fp32 operands, by <see cref="MicroKernel{S, V}"/>.</summary>
    F32,

    /// <summary>Of operands rounded to bf16, by the same kernel: without instructions for them.</summary>
    Rounded,

    /// <summary>Of bf16 operands by AVX512_BF16's dot products of pairs.</summary>
    Pairs,

    /// <summary>Of bf16 operands by AMX's tiles.</summary>
    Tiles,
}
