using MolEngine.Kernels.Compilation;

namespace MolEngine.Kernels.Tests.Compilation;

public sealed class KernelSourceTests
{
    private static readonly Dictionary<string, string> Files = new()
    {
        ["a.cuh"] = "#pragma once\n  #include \"b.cuh\"\n",
        ["b.cuh"] = "#include \"a.cuh\"\n#include <cstdint>\n",
        ["c.cuh"] = "",
    };

    [Fact]
    public void Headers_are_collected_through_headers()
    {
        KernelSource source = KernelSource.Resolve("k", "// x\n# include \"a.cuh\"\nint x;", Files.GetValueOrDefault);
        Assert.Equal(["a.cuh", "b.cuh"], source.Headers.Select(h => h.Name));
        Assert.Equal("kernels/k.cu", source.FileName);
    }

    [Fact]
    public void A_header_that_is_absent_is_named() => Assert.Equal(
        "kernels/k.cu: include: expected a header beside it, got \"d.cuh\"",
        Assert.Throws<FileNotFoundException>(
            () => KernelSource.Resolve("k", "#include \"d.cuh\"", Files.GetValueOrDefault)).Message);

    [Fact]
    public void A_hash_follows_all_that_the_code_follows()
    {
        var source = new KernelSource("k", "text", [("h", "header")]);
        var options = new CompileOptions("sm_80");
        string[] hashes =
        [
            source.Hash(options),
            source.Hash(options, "NVRTC 12.6"),
            source.Hash(new CompileOptions("sm_90")),
            source.Hash(options with { LineInfo = false }),
            (source with { Text = "texts" }).Hash(options),
            (source with { Name = "l" }).Hash(options),
            (source with { Headers = [("h", "Header")] }).Hash(options),
            (source with { Headers = [("hh", "eader")] }).Hash(options),
            (source with { Headers = [] }).Hash(options),
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Equal(hashes[0], new KernelSource("k", "text", [("h", "header")]).Hash(new CompileOptions("sm_80")));
        Assert.Matches("^[0-9a-f]{64}$", hashes[0]);
    }

    [Fact]
    public void A_source_that_is_not_there_is_named_with_those_that_are() => Assert.StartsWith(
        "kernel source none: expected one of adamw, attention",
        Assert.Throws<ArgumentException>(() => KernelSources.Find("none")).Message);
}
