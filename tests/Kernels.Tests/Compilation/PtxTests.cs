using FsCheck;
using MolEngine.Kernels.Compilation;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Compilation;

public sealed class PtxTests
{
    private const string Head = ".version 8.5\n.target sm_80\n.address_size 64\n";

    [Theory]
    [InlineData("7.0", "add.s32 %r1, %r2, %r3;")]
    [InlineData("7.0", "@%p1 bra $L__BB0_2;")]
    [InlineData("7.0", "@!%p1 st.global.v4.f32 [%rd1+16], {%f1, %f2, %f3, %f4};")]
    [InlineData("7.0", "$L__BB0_2: ld.global.nc.u32 %r1, [%rd1]; // ld.global.L1::no_allocate")]
    [InlineData("7.0", "{ .reg .pred p; setp.ne.b32 p, %r1, 0; @p cp.async.cg.shared.global [%r1], [%rd2], 16; }")]
    [InlineData("7.0", "cp.async.wait_group 2;")]
    [InlineData("7.0", "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f1,%f2}, {%r1}, {%r2}, {%f3,%f4};")]
    [InlineData("7.0", "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%r1, %r2, %r3, %r4}, [%r5];")]
    [InlineData("7.0", "cvt.rn.bf16x2.f32 %r1, %f1, %f2;")]
    [InlineData("7.0", "fma.rn.bf16x2 %r1, %r2, %r3, %r4;")]
    [InlineData("7.0", "shfl.sync.bfly.b32 %r1|%p1, %r2, 16, 31, -1;")]
    [InlineData("7.0", "/* stmatrix.sync */ bar.sync 0;")]
    [InlineData("7.0", ".loc 1 4 5")]
    [InlineData("7.0", ".shared .align 16 .b8 tile[1024];")]
    [InlineData("7.1", "cvt.f32.bf16 %f1, %rs1;")]
    [InlineData("7.2", ".loc 2 1 34, function_name $L__info_string0, inlined_at 1 6 5")]
    [InlineData("7.4", "ld.global.L1::no_allocate.v2.f32 {%f1, %f2}, [%rd1];")]
    [InlineData("7.8", "add.rn.bf16x2 %r1, %r2, %r3;")]
    [InlineData("7.8", "stmatrix.sync.aligned.m8n8.x2.shared.b16 [%r1], {%r2, %r3};")]
    [InlineData("7.8", "cvt.rn.bf16.s32 %rs1, %r1;")]
    public void The_least_version_of_an_instruction(string version, string statement)
    {
        string text = $"{Head}.visible .entry k(\n\t.param .u64 k_param_0\n)\n.maxntid 256, 1, 1\n"
            + $"{{\n\t{statement}\n\tret;\n}}\n";
        Assert.Equal(Version.Parse(version), PtxIsa.Least(text, "k"));
    }

    [Theory]
    [InlineData("wgmma.fence.sync.aligned;", "wgmma.fence.sync.aligned")]
    [InlineData("ld.global.v8.f32 {%f1}, [%rd1];", "ld.global.v8.f32 ")]
    [InlineData("add.s32 %r1, %r2, %r3; foo.s32 %r1;", "foo.s32 %r1")]
    [InlineData(".blocksareclusters", ".blocksareclusters")]
    [InlineData("@%p1 mad.e5m2.s32 %r1;", "mad.e5m2.s32 %r1")]
    public void What_is_not_known_is_refused_by_name_and_line(string statement, string named)
    {
        FormatException e = Assert.Throws<FormatException>(
            () => PtxIsa.Least($"{Head}/* a\nb */\n{statement}\n", "k.cu"));
        Assert.StartsWith($"PTX of k.cu:6: the ISA version of \"{named}", e.Message);
    }

    [Theory]
    [InlineData("sm_86", "7.1")]
    [InlineData("sm_89", "7.8")]
    [InlineData("sm_90a", "8.0")]
    public void A_target_needs_its_version(string target, string version) =>
        Assert.Equal(Version.Parse(version), PtxIsa.Least($".version 8.5\n.target {target}\n", "k"));

    [Property(MaxTest = 300)]
    public void Any_text_has_a_version_or_is_refused_with_a_sentence(string? text)
    {
        try
        {
            Assert.True(PtxIsa.Least(text ?? "", "k") >= new Version(7, 0));
        }
        catch (FormatException e)
        {
            Assert.StartsWith("PTX of k:", e.Message);
        }
    }

    /// <summary>The sizes of parameters, whatever their number, types and kernels.</summary>
    [Property(MaxTest = 100)]
    public void Signatures_come_back(PositiveInt kernels, byte[] shapes)
    {
        int count = Math.Min(kernels.Get, 5);
        string text = Head;
        for (int k = 0; k < count; k++)
        {
            string[] parameters = [.. shapes.Select((s, i) => Parameter(s, $"k{k}_param_{i}").Text)];
            text += $"\n\t// .globl\tk{k}\n.visible .entry k{k}(\n\t{string.Join(",\n\t", parameters)}\n)\n"
                + (k % 2 == 0 ? $".maxntid {k + 32}, 2, 1\n" : "")
                + "{\n\tld.param.u64 \t%rd1, [k_param_0];\n\tret;\n}\n";
        }

        IReadOnlyList<KernelSignature> found = PtxText.Signatures(text);
        Assert.Equal(Enumerable.Range(0, count).Select(k => $"k{k}"), found.Select(s => s.Name));
        Assert.All(found, s => Assert.Equal(shapes.Select(x => Parameter(x, "p").Bytes), s.ParameterBytes));
        Assert.Equal(
            Enumerable.Range(0, count).Select(k => k % 2 == 0 ? 2 * (k + 32) : (int?)null),
            found.Select(s => s.MaxThreads));
    }

    [Fact]
    public void Version_compiler_and_files_are_found_and_changed()
    {
        string text = "//\n// Cuda compilation tools, release 12.6, V12.6.85\n" + Head
            + "\t.file\t1 \"/build/x/kernels/a.cu\"\n\t.file\t2 \"C.cuh\"\n.version 9.9\n";
        Assert.Equal("12.6.85", PtxText.CompilerVersion(text));
        Assert.Null(PtxText.CompilerVersion(Head));
        Assert.Contains(".file\t1 \"kernels/a.cu\"\n\t.file\t2 \"kernels/C.cuh\"\n", PtxText.WithPlainFileNames(text));
        string lowered = PtxText.WithVersion(text, new Version(7, 2));
        Assert.Equal(text.Replace(".version 8.5", ".version 7.2"), lowered);
    }

    private static (string Text, int Bytes) Parameter(byte shape, string name) => (shape % 5) switch
    {
        0 => ($".param .u64 {name}", 8),
        1 => ($".param .f32 {name}", 4),
        2 => ($".param .u8 {name}", 1),
        3 => ($".param .align 8 .b8 {name}[{shape + 1}]", shape + 1),
        _ => ($".param .u64 .ptr .global .align 16 {name}", 8),
    };
}
