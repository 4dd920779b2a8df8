namespace MolEngine.Kernels.Compilation;

/// <summary>
/// PTX made of a source when the program was developed, carried inside it: a machine that has only a driver runs it.
/// Its header says what it was made of.
/// </summary>
/// <param name="Hash">Of the source, its headers and the options.</param>
/// <param name="Compiler">Name and version.</param>
/// <param name="Text">All of it, the header included.</param>
public sealed record EmbeddedPtx(string Hash, string Compiler, string Text)
{
    private const string HashLine = "// sources and options: sha256 ";
    private const string OptionsLine = "// options: ";
    private const string CompilerLine = "// compiler: ";

    /// <summary>The kernels of it.</summary>
    public IReadOnlyList<KernelSignature> Signatures => PtxText.Signatures(Text);

    /// <summary>That of a source.</summary>
    /// <exception cref="InvalidOperationException">The program carries none, or one of an older source.</exception>
    public static EmbeddedPtx Of(KernelSource source)
    {
        string name = $"ptx/{source.Name}.ptx";
        EmbeddedPtx? found = KernelSources.Text(name) is { } text ? Parse(text) : null;
        string expected = source.Hash(CompileOptions.Embedded);
        return found?.Hash == expected ? found : throw new InvalidOperationException(
            $"kernels/{name}: expected the PTX of {source.FileName} as it is now (sha256 {expected}), got "
            + $"{found?.Hash ?? "none"}. Run `molengine kernels embed`.");
    }

    /// <summary>
    /// Compiles a source and writes its header. <c>.version</c> is lowered to what the instructions need: the compiler
    /// writes its own, which older drivers refuse.
    /// </summary>
    /// <exception cref="FormatException">It holds an instruction whose version is not known.</exception>
    public static EmbeddedPtx Make(KernelSource source, NvrtcCompiler compiler)
    {
        CompileOptions options = CompileOptions.Embedded;
        string ptx = compiler.Compile(source, options).Ptx;
        string body = PtxText.WithVersion(ptx, PtxIsa.Least(ptx, source.FileName));
        string version = $"NVRTC {PtxText.CompilerVersion(ptx) ?? compiler.Version.ToString()}";
        string hash = source.Hash(options);
        string header = $"// {source.FileName}, compiled by `molengine kernels embed`. Not to be edited.\n"
            + $"{HashLine}{hash}\n{OptionsLine}{options}\n{CompilerLine}{version}\n";
        return new EmbeddedPtx(hash, version, header + body.ReplaceLineEndings("\n").TrimEnd() + "\n");
    }

    /// <summary>Reads the header; null where it is not ours.</summary>
    public static EmbeddedPtx? Parse(string text)
    {
        string? hash = Line(text, HashLine), compiler = Line(text, CompilerLine);
        return hash is null || compiler is null ? null : new EmbeddedPtx(hash, compiler, text);
    }

    private static string? Line(string text, string start)
    {
        int at = text.IndexOf($"\n{start}", StringComparison.Ordinal);
        if (at < 0)
            return null;
        int from = at + 1 + start.Length, end = text.IndexOf('\n', from);
        return end < 0 ? null : text[from..end];
    }
}
