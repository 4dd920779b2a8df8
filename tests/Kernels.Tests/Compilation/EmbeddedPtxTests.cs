using MolEngine.Kernels.Compilation;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Compilation;

/// <summary>What the repository holds under kernels/: sources, contracts and PTX belong together.</summary>
public sealed class EmbeddedPtxTests
{
    public static TheoryData<string> Sources => [.. KernelSources.Names];

    [Theory]
    [MemberData(nameof(Sources))]
    public void The_PTX_is_of_the_source_as_it_is_now(string name)
    {
        KernelSource source = KernelSources.Find(name);
        EmbeddedPtx ptx = EmbeddedPtx.Of(source);
        Assert.Equal(source.Hash(CompileOptions.Embedded), ptx.Hash);
        Assert.Contains($"// options: {CompileOptions.Embedded}\n", ptx.Text);
        Assert.Equal(ptx.Compiler, $"NVRTC {PtxText.CompilerVersion(ptx.Text)}");

        // What the header says of another source is refused.
        KernelSource changed = source with { Text = source.Text + " " };
        Assert.Contains(
            "Run `molengine kernels embed`",
            Assert.Throws<InvalidOperationException>(() => EmbeddedPtx.Of(changed)).Message);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Its_version_is_the_least_that_it_needs(string name)
    {
        string text = EmbeddedPtx.Of(KernelSources.Find(name)).Text;
        Version least = PtxIsa.Least(text, name);
        Assert.Contains($"\n.version {least}\n", text);
        Assert.InRange(least, new Version(7, 0), new Version(8, 0));
        Assert.Contains("\n.target sm_80", text);
    }

    /// <summary>Every path in it is one of the repository's, wherever it was made.</summary>
    [Theory]
    [MemberData(nameof(Sources))]
    public void It_names_no_folder_of_a_machine(string name)
    {
        string text = EmbeddedPtx.Of(KernelSources.Find(name)).Text;
        string[] files = [.. text.Split('\n').Where(l => l.Contains(".file"))];
        Assert.NotEmpty(files);
        Assert.All(files, f => Assert.Contains("\"kernels/", f));
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void The_compiler_makes_the_same_text_again(string name)
    {
        KernelSource source = KernelSources.Find(name);
        EmbeddedPtx kept = EmbeddedPtx.Of(source), made = EmbeddedPtx.Make(source, RealCompiler.Get());
        Assert.SkipUnless(
            made.Compiler == kept.Compiler, $"embedded by {kept.Compiler}, and {made.Compiler} is at hand");
        Assert.Equal(made.Text, kept.Text);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Contracts_and_kernels_are_the_same_set(string name)
    {
        KernelSource source = KernelSources.Find(name);
        IReadOnlyList<KernelSignature> kernels = EmbeddedPtx.Of(source).Signatures;
        KernelContract contract = KernelContract.Of(source);
        Assert.Equal(
            kernels.Select(k => (k.Name, k.ParameterBytes.Count)).Order(),
            contract.Kernels.Select(k => (k.Name, k.Parameters)).Order());
        Assert.All(contract.Kernels, k => Assert.NotEmpty(k.Lines));
        Assert.NotEmpty(contract.Summary);
        Assert.All(kernels, k => Assert.NotNull(k.MaxThreads));
    }

    [Fact]
    public void The_folder_holds_what_the_program_carries()
    {
        string folder = Path.Combine(Shared.Repository, "kernels");
        Assert.Equal(
            KernelSources.Names, Directory.GetFiles(folder, "*.cu").Select(Path.GetFileNameWithoutExtension).Order());
        Assert.Equal(
            KernelSources.Names,
            Directory.GetFiles(Path.Combine(folder, "ptx"), "*.ptx").Select(Path.GetFileNameWithoutExtension).Order());
    }

    /// <summary>Kernels include nothing but what lies beside them, and no source needs a header of a toolkit.</summary>
    [Theory]
    [MemberData(nameof(Sources))]
    public void Headers_are_found(string name) => Assert.Contains(
        KernelSources.Find(name).Headers, h => h.Name == "base.cuh" && h.Text.Contains("bf16"));
}
