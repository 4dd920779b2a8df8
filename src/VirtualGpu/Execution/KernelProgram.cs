namespace MolEngine.VirtualGpu.Execution;

/// <summary>A kernel ready to run.</summary>
internal sealed class KernelProgram
{
    public required string Name { get; init; }

    /// <summary>Ends with an exit.</summary>
    public required Operation[] Code { get; init; }

    /// <summary>Of one warp: registers, immediates and special registers.</summary>
    public required int RegisterBytes { get; init; }

    public required RegisterConstants Constants { get; init; }

    /// <summary>32-bit registers that a thread needs at once; what a real compiler allots is close to it.</summary>
    public required int RegistersPerThread { get; init; }

    public required int StaticShared { get; init; }

    /// <summary>Bytes of the smallest access to shared memory.</summary>
    public required int SharedUnit { get; init; }

    /// <summary>Bytes of the smallest access to global memory.</summary>
    public required int GlobalUnit { get; init; }

    /// <summary>
    /// Whether it has a fence, or an access that is one, beyond the block: then blocks may hand data on.
    /// </summary>
    public required bool OrdersBlocks { get; init; }

    /// <summary>Of one thread.</summary>
    public required int LocalBytes { get; init; }

    public required IReadOnlyList<SharedVariable> SharedVariables { get; init; }

    public required IReadOnlyList<KernelParameter> Parameters { get; init; }

    public required int ParameterBytes { get; init; }

    /// <summary>Bytes of the module's constant variables.</summary>
    public required int ConstantBytes { get; init; }

    /// <summary>The largest block that the kernel was compiled for.</summary>
    public required int? MaxThreads { get; init; }

    public required (int X, int Y, int Z)? RequiredThreads { get; init; }

    /// <summary>The variable at an offset, null where none is.</summary>
    public string? SharedName(int offset) =>
        SharedVariables.LastOrDefault(v => offset >= v.Offset && offset < v.Offset + v.Bytes)?.Name;

    /// <summary>" ('tile' + 12)", or nothing where no variable is known.</summary>
    public string DescribeShared(int offset)
    {
        SharedVariable? found =
            SharedVariables.LastOrDefault(v => offset >= v.Offset && offset < v.Offset + v.Bytes);
        return found is null ? "" : $" ('{found.Name}' + {offset - found.Offset})";
    }
}
