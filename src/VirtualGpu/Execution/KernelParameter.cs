namespace MolEngine.VirtualGpu.Execution;

/// <param name="Offset">In the parameters' bytes.</param>
internal sealed record KernelParameter(string Name, int Offset, int Bytes);
