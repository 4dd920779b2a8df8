namespace MolEngine.Kernels.Cpu.Assembly;

/// <summary>
/// The kernels that this process has assembled, ready to be called: made at their first use, a few milliseconds, and
/// kept until the process ends.
/// </summary>
internal static unsafe class AssembledKernels
{
    private static readonly ExecutableMemory Code = new(
        [TileKernels.Configure(), TileKernels.Release(), TileKernels.Amx(), TileKernels.Pairs()]);

    private static readonly byte[] Shapes = TileKernels.Shapes();

    /// <summary>Gives the calling thread tile registers of the shapes that <see cref="Amx"/> has.</summary>
    public static void Configure()
    {
        fixed (byte* shapes = Shapes)
            ((delegate* unmanaged[SuppressGCTransition]<byte*, void>)Code.Functions[0])(shapes);
    }

    /// <summary>Takes them away again, so that the system need not save them.</summary>
    public static void Release() => ((delegate* unmanaged[SuppressGCTransition]<void>)Code.Functions[1])();

    /// <inheritdoc cref="TileKernels.Amx"/>
    public static delegate* unmanaged[SuppressGCTransition]<TileCall*, void> Amx { get; } =
        (delegate* unmanaged[SuppressGCTransition]<TileCall*, void>)Code.Functions[2];

    /// <inheritdoc cref="TileKernels.Pairs"/>
    public static delegate* unmanaged[SuppressGCTransition]<TileCall*, void> Pairs { get; } =
        (delegate* unmanaged[SuppressGCTransition]<TileCall*, void>)Code.Functions[3];
}
