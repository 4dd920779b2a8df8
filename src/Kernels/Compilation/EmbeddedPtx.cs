namespace MolEngine.Kernels.Compilation;

/// <summary>
/// PTX made of a source when the program was developed, carried inside it: a machine that has only a driver runs it.
/// Its header says what it was made of.
/// </summary>
/// <param name="Hash">Hash of the source, its headers and the options.</param>
/// <param name="Compiler">Name and version.</param>
/// <param name="Text">All of it, the header included.</param>
public sealed record EmbeddedPtx(string Hash, string Compiler, string Text)
{
    private const string HashLine = "// sources and options: sha256 ";
    private const string OptionsLine = "// options: ";
    private const string CompilerLine = "// compiler: ";
    private const int Tries = 4;

    /// <summary>The kernels of it.</summary>
    public IReadOnlyList<KernelSignature> Signatures => PtxText.Signatures(Text);

    /// <summary>That of a source.</summary>
    /// <exception cref="InvalidOperationException">The program carries none, or one of an older source.</exception>
    public static EmbeddedPtx Of(KernelSource source)
    {
        string expected = source.Hash(CompileOptions.Embedded);
        EmbeddedPtx? found = Carried(source);
        return found?.Hash == expected ? found : throw new InvalidOperationException(
            $"kernels/{FileOf(source)}: expected the PTX of {source.FileName} as it is now (sha256 {expected}), got "
            + $"{found?.Hash ?? "none"}. Run `molengine kernels embed`.");
    }

    /// <summary>
    /// Compiles a source and writes its header. <c>.version</c> is lowered to what the instructions need: the compiler
    /// writes its own, which older drivers refuse. NVRTC 12.6 is not a function of its input alone: of large kernels it
    /// makes, once in a while, a text with other registers. Where the program carries what this compiler made of this
    /// source, one of a few compilations makes that text again.
    /// </summary>
    /// <exception cref="FormatException">It holds an instruction whose version is not known.</exception>
    public static EmbeddedPtx Make(KernelSource source, NvrtcCompiler compiler)
    {
        EmbeddedPtx? carried = Carried(source);
        EmbeddedPtx made = Compile(source, compiler);
        for (int i = 1; i < Tries && made != carried && made.IsOfSameInput(carried); i++)
            made = Compile(source, compiler);
        return made;
    }

    private static EmbeddedPtx Compile(KernelSource source, NvrtcCompiler compiler)
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
    private static EmbeddedPtx? Parse(string text)
    {
        string? hash = Line(text, HashLine), compiler = Line(text, CompilerLine);
        return hash is null || compiler is null ? null : new EmbeddedPtx(hash, compiler, text);
    }

    private bool IsOfSameInput(EmbeddedPtx? other) => other?.Hash == Hash && other.Compiler == Compiler;

    private static EmbeddedPtx? Carried(KernelSource source) =>
        KernelSources.Text(FileOf(source)) is { } text ? Parse(text) : null;

    private static string FileOf(KernelSource source) => $"ptx/{source.Name}.ptx";

    private static string? Line(string text, string start)
    {
        int at = text.IndexOf($"\n{start}", StringComparison.Ordinal);
        if (at < 0)
            return null;
        int from = at + 1 + start.Length, end = text.IndexOf('\n', from);
        return end < 0 ? null : text[from..end];
    }
}
