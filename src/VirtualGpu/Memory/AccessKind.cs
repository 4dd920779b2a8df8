namespace MolEngine.VirtualGpu.Memory;

internal enum AccessKind
{
    Read,
    Write,

    /// <summary>A read and a write in one; two of them do not race.</summary>
    Atomic,
}
