namespace MolEngine.VirtualGpu.Execution;

/// <param name="Bytes">Very large for dynamic shared memory, whose size is known at launch.</param>
internal sealed record SharedVariable(string Name, int Offset, int Bytes);
