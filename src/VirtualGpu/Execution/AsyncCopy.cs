namespace MolEngine.VirtualGpu.Execution;

/// <param name="Source">Where the bytes come from, in the host's memory.</param>
/// <param name="Bytes">Bytes of the destination.</param>
/// <param name="SourceBytes">Bytes that are copied; the rest becomes zero.</param>
/// <param name="Group">Number of the lane's group that it belongs to.</param>
internal readonly unsafe record struct AsyncCopy(
    int Pc, int Lane, int Destination, nint Source, int Bytes, int SourceBytes, int Group);
