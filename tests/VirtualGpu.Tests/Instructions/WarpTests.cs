using MolEngine.VirtualGpu.Execution;

namespace MolEngine.VirtualGpu.Tests.Instructions;

/// <summary>Instructions of whole warps, on two warps of which each thread i holds Value(i).</summary>
public sealed class WarpTests
{
    private const int Threads = 64;

    private static readonly ulong[] Values =
        [.. Enumerable.Range(0, Threads).Select(i => (ulong)(uint)((i * 37 % 11) - 4))];

    [Theory]
    [InlineData("up", 3, 0)]
    [InlineData("up", 1, 0x1800)]
    [InlineData("down", 5, 31)]
    [InlineData("down", 2, 0x181F)]
    [InlineData("bfly", 16, 31)]
    [InlineData("bfly", 9, 31)]
    [InlineData("bfly", 3, 0x1C1F)]
    [InlineData("idx", 7, 31)]
    [InlineData("idx", 6, 0x181F)]
    [InlineData("idx", 31, 20)]
    public void Shuffles(string kind, int operand, int packed)
    {
        ulong[] got = Instruction.Run(
            $"{{ .reg .b32 v; shfl.sync.{kind}.b32 v|%p1, %a0, {operand}, {packed}, -1; selp.b32 %r50, 256, 0, %p1; "
            + "and.b32 v, v, 255; or.b32 %d, v, %r50; }", "b32", ("b32", Values));
        for (int i = 0; i < Threads; i++)
        {
            // The ISA's pseudo code.
            int lane = i % 32, segment = packed >> 8 & 31, clamp = packed & 31;
            int most = (lane & segment) | (clamp & ~segment), least = lane & segment;
            (int source, bool ok) = kind switch
            {
                "up" => (lane - operand, lane - operand >= most),
                "down" => (lane + operand, lane + operand <= most),
                "bfly" => (lane ^ operand, (lane ^ operand) <= most),
                _ => (least | (operand & ~segment), (least | (operand & ~segment)) <= most),
            };
            ulong value = Values[(i / 32 * 32) + (ok ? source : lane)] & 255;
            Assert.Equal(value | (ok ? 256UL : 0), got[i]);
        }
    }

    [Fact]
    public void Votes()
    {
        string setp = "setp.lt.s32 %p1, %a0, 2;";
        uint[] ballots = [.. Values.Chunk(32).Select(
            w => w.Select((v, i) => (int)v < 2 ? 1u << i : 0).Aggregate((a, b) => a | b))];
        Check($"{{ {setp} vote.sync.ballot.b32 %d, %p1, -1; }}", "b32", i => ballots[i / 32]);
        Check($"{{ {setp} vote.sync.ballot.b32 %d, !%p1, -1; }}", "b32", i => ~ballots[i / 32]);
        Check($"{{ {setp} vote.sync.any.pred %dp, %p1, -1; }}", "pred", _ => 1);
        Check($"{{ {setp} vote.sync.all.pred %dp, %p1, -1; }}", "pred", _ => 0);
        Check("{ setp.lt.s32 %p1, %a0, 100; vote.sync.all.pred %dp, %p1, -1; }", "pred", _ => 1);
        Check($"{{ {setp} vote.sync.uni.pred %dp, %p1, -1; }}", "pred", _ => 0);
        Check("{ setp.gt.s32 %p1, %a0, 100; vote.sync.uni.pred %dp, %p1, -1; }", "pred", _ => 1);
        Check("activemask.b32 %d;", "b32", i => uint.MaxValue, whole: true);
    }

    [Fact]
    public void Reductions()
    {
        int Signed(ulong v) => (int)v;
        IEnumerable<ulong> Warp(int i) => Values.Skip(i / 32 * 32).Take(32);
        Check("redux.sync.add.s32 %d, %a0, -1;", "b32", i => (uint)Warp(i).Sum(v => Signed(v)), whole: true);
        Check("redux.sync.min.s32 %d, %a0, -1;", "b32", i => (uint)Warp(i).Min(Signed), whole: true);
        Check("redux.sync.max.s32 %d, %a0, -1;", "b32", i => (uint)Warp(i).Max(Signed), whole: true);
        Check("redux.sync.min.u32 %d, %a0, -1;", "b32", i => Warp(i).Min(), whole: true);
        Check("redux.sync.max.u32 %d, %a0, -1;", "b32", i => Warp(i).Max(), whole: true);
        Check("redux.sync.and.b32 %d, %a0, -1;", "b32", i => Warp(i).Aggregate((a, b) => a & b), whole: true);
        Check("redux.sync.or.b32 %d, %a0, -1;", "b32", i => Warp(i).Aggregate((a, b) => a | b), whole: true);
        Check("redux.sync.xor.b32 %d, %a0, -1;", "b32", i => Warp(i).Aggregate((a, b) => a ^ b), whole: true);
    }

    [Fact]
    public void Matches()
    {
        uint Same(int i) => Enumerable.Range(0, 32).Where(j => Values[(i / 32 * 32) + j] == Values[i])
            .Aggregate(0u, (mask, j) => mask | (1u << j));
        Check("match.any.sync.b32 %d, %a0, -1;", "b32", i => Same(i), whole: true);
        Check("match.all.sync.b32 %d, %a0, -1;", "b32", _ => 0, whole: true);
        Check("{ mov.b32 %r50, 5; match.all.sync.b32 %d|%p1, %r50, -1; }", "b32", _ => uint.MaxValue);
        Check("{ match.all.sync.b32 %d|%dp, %a0, -1; }", "pred", _ => 0);
    }

    [Fact]
    public void Groups_of_a_warp_with_masks_of_their_own_work_side_by_side()
    {
        Check(
            "{ and.b32 %r50, %r70, 16; setp.eq.u32 %p1, %r50, 0; selp.b32 %r51, 0xFFFF, 0xFFFF0000, %p1;"
            + " redux.sync.add.s32 %d, %a0, %r51; }",
            "b32", i => (uint)Values.Skip(i / 16 * 16).Take(16).Sum(v => (int)v));
    }

    [Fact]
    public void Lanes_that_come_by_different_ways_meet_at_the_instruction()
    {
        Check(
            """
            { and.b32 %r50, %r70, 3; mov.b32 %r51, 0;
            $LOOP: setp.ge.u32 %p1, %r51, %r50; @%p1 bra $DONE;
            add.s32 %r51, %r51, 1; bra $LOOP;
            $DONE: redux.sync.add.s32 %d, %r51, -1; }
            """,
            "b32", _ => 8 * (0 + 1 + 2 + 3));
    }

    [Fact]
    public void Reductions_over_the_block()
    {
        string setp = "setp.lt.s32 %p1, %a0, 2;";
        ulong holds = (ulong)Values.Count(v => (int)v < 2);
        Check($"{{ {setp} bar.red.popc.u32 %d, 0, %p1; }}", "b32", _ => holds);
        Check($"{{ {setp} bar.red.popc.u32 %d, 0, 64, !%p1; }}", "b32", _ => Threads - holds);
        Check($"{{ {setp} bar.red.or.pred %dp, 0, %p1; }}", "pred", _ => 1);
        Check($"{{ {setp} bar.red.and.pred %dp, 0, %p1; }}", "pred", _ => 0);
        Check("{ setp.lt.s32 %p1, %a0, 100; bar.red.and.pred %dp, 0, %p1; }", "pred", _ => 1);
    }

    [Fact]
    public void Special_registers()
    {
        ulong Lane(int i) => (ulong)(i % 32);
        Check("mov.u32 %d, %tid.x;", "b32", i => (ulong)i);
        Check("mov.u32 %d, %ntid.x;", "b32", _ => Threads);
        Check("mov.u32 %d, %laneid;", "b32", Lane);
        Check("mov.u32 %d, %warpid;", "b32", i => (ulong)(i / 32));
        Check("mov.u32 %d, %lanemask_lt;", "b32", i => (1UL << (int)Lane(i)) - 1);
        Check("mov.u32 %d, %lanemask_ge;", "b32", i => 0xFFFFFFFF & ~((1UL << (int)Lane(i)) - 1));
        Check("add.s32 %d, %nctaid.x, WARP_SZ;", "b32", _ => 33);
        // Time does not run backwards.
        Check("{ mov.u64 %rd60, %clock64; mov.u64 %rd61, %clock64; setp.le.u64 %dp, %rd60, %rd61; }", "pred", _ => 1);
    }

    [Fact]
    public void Three_dimensions()
    {
        string ptx = PtxSource.Kernel(
            "where", 1,
            """
            ld.param.u64 %rd1, [p0];
            mov.u32 %r1, %tid.x; mov.u32 %r2, %tid.y; mov.u32 %r3, %tid.z;
            mov.u32 %r4, %ntid.x; mov.u32 %r5, %ntid.y; mov.u32 %r6, %ntid.z;
            mad.lo.u32 %r7, %r3, %r5, %r2; mad.lo.u32 %r7, %r7, %r4, %r1;
            mov.u32 %r10, %ctaid.x; mov.u32 %r11, %ctaid.y; mov.u32 %r12, %ctaid.z;
            mov.u32 %r13, %nctaid.x; mov.u32 %r14, %nctaid.y;
            mad.lo.u32 %r15, %r12, %r14, %r11; mad.lo.u32 %r15, %r15, %r13, %r10;
            mul.lo.u32 %r16, %r4, %r5; mul.lo.u32 %r16, %r16, %r6;
            mad.lo.u32 %r17, %r15, %r16, %r7;
            mul.wide.u32 %rd2, %r17, 4; add.s64 %rd1, %rd1, %rd2; st.global.u32 [%rd1], %r17;
            """);
        using var gpu = new Gpu(ptx);
        const int All = 3 * 2 * 2 * (5 * 3 * 4);
        ulong y = gpu.Allocate(All * 4, "y");
        gpu.Run("where", (3, 2, 2), (5, 3, 4), 0, y);
        Assert.Equal(Enumerable.Range(0, All), gpu.Download<int>(y, All));
    }

    private static void Check(string instruction, string result, Func<int, ulong> expected, bool whole = false)
    {
        string text = whole ? $"{{ {instruction} }}" : instruction;
        ulong[] got = Instruction.Run(text, result, (LaunchOptions?)null, ("b32", Values));
        for (int i = 0; i < Threads; i++)
            Assert.True(got[i] == expected(i),
                $"{instruction} in thread {i}: expected {expected(i):x}, got {got[i]:x}");
    }
}
