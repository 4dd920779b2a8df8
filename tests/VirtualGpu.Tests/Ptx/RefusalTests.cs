using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Tests.Ptx;

/// <summary>What the virtual GPU does not execute is refused when it is loaded, by name and line.</summary>
public sealed class RefusalTests
{
    /// <summary>The first line of a body is line 14 of the kernel's text.</summary>
    private const int BodyLine = 14;

    [Theory]
    [InlineData("frobnicate.b32 %r1, %r2;", "does not know the instruction 'frobnicate'")]
    [InlineData("add.s32.frob %r1, %r2, %r3;", "does not know the modifier '.frob' of add")]
    [InlineData("add.f32 %f1, %f2, %f3;", "without a rounding mode ptxas may contract it")]
    [InlineData("mul.f32 %f1, %f2, %f3;", "Compile with --fmad=false")]
    [InlineData("sub.ftz.f32 %f1, %f2, %f3;", "expected .rn")]
    [InlineData("fma.f32 %f1, %f2, %f3, %f4;", "expected .rn")]
    [InlineData("red.global.add.f32 [%rd1], %f1;", "add in an order that no run repeats")]
    [InlineData("atom.global.add.f32 %f2, [%rd1], %f1;", "reduce in a fixed order instead")]
    [InlineData("call.uni helper, (param0);", "Inline it (__forceinline__)")]
    [InlineData("bra $NOWHERE;", "expected a label of this kernel")]
    [InlineData("add.s32 %r1, %r2, %rd3;", "register %rd3 is .b64: expected 32 bits")]
    [InlineData("add.s32 %r1, %r2;", "expected at least 3 operands, got 2")]
    [InlineData("add.s32 %r1, %r2, %r3, %r4;", "has an operand too many (number 4)")]
    [InlineData("mov.u32 %r1, nothing;", "no variable or parameter is named nothing")]
    [InlineData("mov.u32 %r1, %nonesuch;", "no special register '%nonesuch'")]
    [InlineData("shfl.idx.b32 %r1, %r2, 0, 31;", "gone since sm_70")]
    [InlineData("cvt.s32.f32 %r1, %f1;", "with no rounding mode")]
    [InlineData("cvt.rni.f32.s32 %f1, %r1;", "with .rni")]
    [InlineData("setp.lo.s32 %p1, %r1, %r2;", "does not know the comparison .lo of .s32")]
    [InlineData("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
        + "{%f0,%f1,%f2,%f3},{%r0,%r1,%r2,%r3},{%r4,%r5},{%f0,%f1,%f2,%f3};",
        "does not execute mma on .f16")]
    [InlineData("cp.async.cg.shared.global [%r1], [%rd1], 8;", "expected 16 bytes, got 8")]
    [InlineData("cp.async.bulk.commit_group;", "executes cp.async")]
    [InlineData("ld.global.v4.f64 {%fd0,%fd1,%fd2,%fd3}, [%rd1];", "does not move 4 of .f64")]
    [InlineData("tex.2d.v4.f32.f32 {%f0,%f1,%f2,%f3}, [texture, {%f4, %f5}];", "expected")]
    [InlineData("barrier.sync 0;", "expected bar or .aligned")]
    [InlineData("add.rz.f64 %fd1, %fd2, %fd3;", "executes .f64 only with .rn")]
    [InlineData(".frob 1;", "does not know the directive '.frob'")]
    [InlineData("@%r1 mov.u32 %r2, 0;", "expected a predicate register, got '%r1'")]
    public void By_name_and_line(string line, string says)
    {
        string ptx = PtxSource.Kernel("refused", 0, $"mov.u32 %r1, 0;\n{line}");
        string message = Assert.Throws<InvalidOperationException>(() => new Gpu(ptx)).Message;
        Assert.StartsWith($"PTX line {BodyLine + 1}: ", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".version 8.0\n.target sm_80\n.frob x;", 3, "'.frob'")]
    [InlineData(".version eight\n", 1, "expected MAJOR.MINOR, got 'eight'")]
    [InlineData(".version 8.0\n.target gfx90\n", 2, "expected sm_NN, got 'gfx90'")]
    [InlineData(".version 8.0\n.target sm_80\n.address_size 32", 3, "expected 64")]
    [InlineData(".target sm_80\n", 1, "expected a .version directive")]
    [InlineData(".version 8.0\n.target sm_80\n.visible .entry k() {\nret;", 4,
        "expected a statement, got the end of the text")]
    [InlineData(".version 8.0\n.target sm_80\n.global .b32 x = {1, 2};", 3, "at most 4 bytes of values")]
    [InlineData(".version 8.0\n.target sm_80\n.file 1 \"open", 3, "closing quote")]
    [InlineData(".version 8.0 /* open", 1, "expected '*/'")]
    [InlineData(".version 8.0\n\u00e9", 2, "U+00E9")]
    [InlineData(".version 8.0\n.target sm_80\n.entry k() { L: L: ret; }", 3, "two labels are named L")]
    [InlineData(".version 8.0\n.target sm_80\n.entry k() { ret; }\n.entry k() { ret; }", 4, "two kernels are named k")]
    public void Malformed_modules(string text, int line, string says)
    {
        PtxException refused = Assert.Throws<PtxException>(() => PtxModule.Parse(text));
        Assert.Equal(line, refused.Line);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }
}
