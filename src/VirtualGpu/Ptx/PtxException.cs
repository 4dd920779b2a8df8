namespace MolEngine.VirtualGpu.Ptx;

/// <summary>PTX that cannot be loaded: malformed, or with something that the virtual GPU does not execute.</summary>
/// <param name="line">Line of the PTX text, from 1.</param>
public sealed class PtxException(int line, string message) : Exception($"PTX line {line}: {message}")
{
    /// <summary>Line of the PTX text, from 1.</summary>
    public int Line { get; } = line;
}
