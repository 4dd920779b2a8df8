namespace MolEngine.Mutations;

/// <summary>A kernel source with one fault in it.</summary>
/// <param name="File">Name in the folder of the kernels: "gemm.cuh".</param>
/// <param name="At">Where the text that is replaced begins, in characters.</param>
/// <param name="Find">That text.</param>
/// <param name="Why">What is wrong then, or the name of the operator that made it.</param>
/// <param name="Equivalent">Why no check can tell it from the source; null where one must.</param>
internal sealed record Mutant(
    string Kind, string File, int At, string Find, string Replace, string Why, string? Equivalent = null)
{
    /// <summary>The file with the fault in it.</summary>
    public string In(string text) => string.Concat(text.AsSpan(0, At), Replace, text.AsSpan(At + Find.Length));

    /// <summary>"gemm.cuh:28".</summary>
    public string Place(string text) => $"{File}:{1 + text.AsSpan(0, At).Count('\n')}";
}
