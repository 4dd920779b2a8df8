namespace MolEngine.Kernels.Compilation;

/// <summary>What a compiled kernel takes, as the assembler reports it.</summary>
/// <param name="Registers">Registers of a thread, 32 bits each.</param>
/// <param name="SharedBytes">Declared shared memory of a block.</param>
/// <param name="StackBytes">Bytes of a thread, in local memory.</param>
/// <param name="SpillStoreBytes">Registers that did not fit, written to local memory.</param>
/// <param name="SpillLoadBytes">And read back.</param>
public sealed record KernelResources(
    string Name, string Architecture, int Registers, int SharedBytes, int StackBytes, int SpillStoreBytes,
    int SpillLoadBytes);
