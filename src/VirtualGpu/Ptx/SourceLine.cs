namespace MolEngine.VirtualGpu.Ptx;

/// <summary>A line of the CUDA source, as -lineinfo records it.</summary>
/// <param name="File">Null where the PTX has no line information.</param>
public readonly record struct SourceLine(string? File, int Line)
{
    public override string ToString() => File is null ? "no line information" : $"{Path.GetFileName(File)}:{Line}";
}
