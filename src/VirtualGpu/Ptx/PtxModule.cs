namespace MolEngine.VirtualGpu.Ptx;

/// <summary>A parsed module.</summary>
internal sealed class PtxModule
{
    /// <summary>.version, e.g. 8.5.</summary>
    public required Version Version { get; init; }

    /// <summary>.target, e.g. 80 for sm_80.</summary>
    public required int Target { get; init; }

    /// <summary>Global, constant and shared variables outside kernels.</summary>
    public required IReadOnlyList<PtxVariable> Variables { get; init; }

    public required IReadOnlyList<PtxEntry> Entries { get; init; }

    /// <exception cref="PtxException">Malformed or unsupported PTX.</exception>
    public static PtxModule Parse(string text) => new PtxParser(text).Parse();
}
