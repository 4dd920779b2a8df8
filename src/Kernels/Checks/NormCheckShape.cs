using MolEngine.Kernels.Cuda;

namespace MolEngine.Kernels.Checks;

/// <summary>Shapes that the norm of tokens is tried with; the last is the one that is measured.</summary>
/// <param name="Offset">Elements from an aligned place to the first.</param>
internal readonly record struct NormCheckShape(int Tokens, int Hidden, int PerBlock, int Offset = 0)
{
    public static IReadOnlyList<NormCheckShape> All(bool small) =>
    [
        new(5, 1, 2), new(3, 33, 1), new(37, 576, 5), new(2, 1000, 16), new(5, 1000, 3, Offset: 1), new(2, 8192, 1),
        new(3, 8195, 2), small ? new(64, 1024, 16) : new(4096, 4096, 16),
    ];

    /// <summary>Threads of a block, by the hidden size alone.</summary>
    public uint Threads => CudaOps.NormThreads(Hidden);

    public override string ToString() => $"{Tokens} x {Hidden}{(Offset > 0 ? ", not aligned" : "")}";
}
