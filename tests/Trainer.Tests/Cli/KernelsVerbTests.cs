using System.Text;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Interop;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Cli;

public sealed class KernelsVerbTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void List_prints_the_contract_of_every_kernel()
    {
        (int code, string output, string error) = Run("kernels", "list");
        Assert.Equal((0, ""), (code, error));
        foreach (KernelContract contract in KernelSources.All.Select(KernelContract.Of))
        {
            Assert.Contains($"{contract.File}\n  {contract.Summary[0]}\n", output);
            Assert.All(contract.Kernels, k => Assert.Contains($"\n\n  {k.Declaration}\n  {k.Lines[0]}\n", output));
        }
    }

    [Fact]
    public void Build_compiles_every_source_and_says_what_each_kernel_takes()
    {
        string[] lines = Build(out string cubins, "--arch", "sm_90");
        string[] kernels = [.. KernelSources.All.SelectMany(s => KernelContract.Of(s).Kernels).Select(k => k.Name)];
        Assert.Equal(kernels.Order(), lines.Select(l => Words(l)[0]).Order());

        // Known without the compiler: a block of 256 threads that sums doubles, and no spills in any kernel.
        string[] sum = Words(lines.Single(l => l.StartsWith("sum_f64")));
        Assert.Equal(("2048", "256"), (sum[3], sum[5]));
        Assert.All(lines, l => Assert.Equal("0+0", Words(l)[4]));
        Assert.All(lines, l => Assert.InRange(int.Parse(Words(l)[6]), 6, 100));
        Assert.Equal(KernelSources.Names.Select(n => $"{n}.cubin"), FilesOf(cubins, "sm_90"));
    }

    [Fact]
    public void Build_compiles_for_every_architecture_that_is_named()
    {
        string[] lines = Build(out string cubins, "cast", "--arch", "sm_80,sm_90,sm_80");
        Assert.Equal(
            KernelContract.Of(KernelSources.Find("cast")).Kernels.SelectMany(
                k => new[] { (k.Name, "sm_80"), (k.Name, "sm_90") }).Order(),
            lines.Select(l => (Words(l)[0], Words(l)[1])).Order());
        foreach (string architecture in new[] { "sm_80", "sm_90" })
        {
            Assert.Equal(["cast.cubin"], FilesOf(cubins, architecture));
            byte[] cast = File.ReadAllBytes(Path.Combine(cubins, architecture, "cast.cubin"));
            Assert.Contains("cast_f32_bf16", Encoding.Latin1.GetString(cast));
        }
    }

    [Theory]
    [InlineData("sm_75")]
    [InlineData("sm_999")]
    [InlineData("compute_80")]
    [InlineData("80")]
    public void An_architecture_that_cannot_be_is_a_mistake(string architecture)
    {
        UseSharedNvrtc();
        (int code, string output, string error) = Run("kernels", "build", "--arch", $"sm_80,{architecture}");
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"molengine: --arch: {architecture}: expected one of sm_80, sm_86, ", error);
    }

    [Fact]
    public void Sources_that_are_named_are_taken_alone()
    {
        string all = Run("kernels", "list").Output, two = Run("kernels", "list", "cast", "kernels/adamw.cu").Output;
        Assert.Equal(
            ["kernels/adamw.cu", "kernels/cast.cu"],
            two.Split('\n').Where(l => l.EndsWith(".cu", StringComparison.Ordinal)).Order());
        Assert.All(two.Split("\n\n"), part => Assert.Contains(part, all));
        Assert.StartsWith(
            $"molengine: FILE: casts: expected one of {string.Join(", ", KernelSources.Names)}",
            Run("kernels", "list", "casts").Error);
    }

    /// <summary>That all of them are made of the sources as they are is held by EmbeddedPtxTests.</summary>
    [Fact]
    public void Embed_makes_the_files_of_the_repository()
    {
        UseSharedNvrtc();
        string[] embed = ["kernels", "embed", "adamw", "cast", "--out", _folder.Root];
        (int code, string output, _) = Run(embed);
        Assert.Equal(0, code);
        Assert.Equal(
            ["adamw.ptx", "cast.ptx"], Directory.GetFiles(_folder.Root).Select(Path.GetFileName).Order());
        Assert.All(output.TrimEnd('\n').Split('\n'), l => Assert.Contains(".ptx: written (NVRTC ", l));
        string cast = Path.Combine(_folder.Root, "cast.ptx"), made = File.ReadAllText(cast);
        File.AppendAllText(cast, "// edited");
        string[] again = Run(embed).Output.Split('\n');
        Assert.Contains("cast.ptx: written", Assert.Single(again, l => l.Contains("written")));
        Assert.Equal(made, File.ReadAllText(cast));
    }

    /// <summary>The lines below the heading.</summary>
    private string[] Build(out string cubins, params string[] more)
    {
        UseSharedNvrtc();
        cubins = Path.Combine(_folder.Root, "cubins");
        (int code, string output, string error) = Run(["kernels", "build", .. more, "--out", cubins]);
        Assert.Equal((0, ""), (code, error));
        string[] lines = output.TrimEnd('\n').Split('\n');
        Assert.StartsWith("NVRTC ", lines[0]);
        Assert.Equal(
            ["kernel", "arch", "registers", "shared", "spills", "threads", "occupancy", "limit"], Words(lines[1]));
        return lines[2..];
    }

    private static IEnumerable<string?> FilesOf(string cubins, string architecture) =>
        Directory.GetFiles(Path.Combine(cubins, architecture)).Select(Path.GetFileName).Order();

    private static void UseSharedNvrtc() =>
        Environment.SetEnvironmentVariable(LibrarySearch.PathVariable, SharedNvrtc.Folder);

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        var output = new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        int code = Program.Run(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
