using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Execution.Memory;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Lowering;
using MolEngine.VirtualGpu.Memory;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Tests.Memory;

/// <summary>
/// Many units of shared memory are looked at at once where all is plainly in order. What is noted, and every verdict
/// after it, is that of the close look at one access after the other.
/// </summary>
public sealed unsafe class SharedMemoryTests
{
    private const int Warps = 4;
    private const int Bytes = 4096;

    private static readonly int[] Sizes = [2, 4, 8, 16];

    private static readonly BarrierOperation Barrier = new(BarrierKind.Sync, 0, -1, 0, 0, false);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void The_quick_look_and_the_close_one_agree(int unit)
    {
        using var run = new BlockRunner(Launch());
        using SharedMemory quick = new(run, Bytes, unit, Warps), close = new(run, Bytes, unit, Warps);
        var random = new Random(unit);
        int faults = 0, accesses = 0;
        for (int round = 0; round < 1500; round++)
        {
            run.Clocks.Clear();
            quick.Clear();
            close.Clear();
            Warp[] warps = [.. Enumerable.Range(0, Warps).Select(i => new Warp(run, i))];
            Begin(run, warps, quick, close);
            for (int step = 0; step < 60; step++)
            {
                Order(run, warps, random, isApart: round % 2 == 0);
                Access access = Draw(run, warps, random, unit, isApart: round % 2 == 0);
                string found = Verdict(() => access.Quickly(quick));
                Assert.Equal(Verdict(() => access.Closely(close)), found);
                accesses++;
                if (found.Length > 0)
                {
                    faults++;
                    break;
                }
            }
        }

        // Both outcomes are tried, neither alone.
        Assert.InRange(faults, 600, 1500);
        Assert.InRange(accesses, 5000, 90_000);
    }

    /// <summary>
    /// Rows of 32 lanes: R or W, the warp, a lane's bytes, m where the lanes share the row as ldmatrix's do, the row's
    /// start. J: these warps meet. The last access alone is at fault, if any is.
    /// </summary>
    [Theory]
    [InlineData("R0:4 W0:4", false)]
    [InlineData("R0:4 R0:8 W0:8", true)]
    [InlineData("R0:8 R0:4 W0:4", true)]
    [InlineData("R0:16m W0:16m", true)]
    [InlineData("W0:16m R0:16m", true)]
    [InlineData("W0:16m R0:16", true)]
    [InlineData("W0:16 R0:16m", true)]
    [InlineData("W1:4@0 W2:4@128 J01 R0:8@0", true)]
    [InlineData("W1:4@0 W2:4@128 J012 R0:8@0", false)]
    [InlineData("W1:4@0 J01 J02 R2:4@0", false)]
    [InlineData("W1:4@0 J02 J01 R2:4@0", true)]
    [InlineData("R1:4@0 R2:4@0 J01 W0:4@0", true)]
    [InlineData("R1:4@0 R2:4@0 J012 W0:4@0", false)]
    [InlineData("W1:4@0 W2:4@128 J01 R0:4@16", true)]
    [InlineData("R3:16@0 W0:4@508", true)]
    [InlineData("R3:16@0 W0:4@512", false)]
    public void Rows_are_in_order_or_not(string steps, bool isFault)
    {
        for (int unit = 1; unit <= 4; unit *= 2)
            AreInOrder(steps, isFault, unit);
    }

    private static void AreInOrder(string steps, bool isFault, int unit)
    {
        using var run = new BlockRunner(Launch());
        using SharedMemory quick = new(run, Bytes, unit, Warps), close = new(run, Bytes, unit, Warps);
        run.Clocks.Clear();
        quick.Clear();
        close.Clear();
        Warp[] warps = [.. Enumerable.Range(0, Warps).Select(i => new Warp(run, i))];
        Begin(run, warps, quick, close);
        string[] all = steps.Split(' ');
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i][0] == 'J')
            {
                run.Clocks.Join([.. all[i].Skip(1).Select(c => (warps[c - '0'], Barrier))]);
                continue;
            }

            Access access = Row(run.Code[i + 1], warps, all[i]);
            string found = Verdict(() => access.Quickly(quick));
            Assert.Equal(Verdict(() => access.Closely(close)), found);
            Assert.Equal(isFault && i == all.Length - 1, found.Contains("race on shared memory"));
        }
    }

    private static Access Row(Operation at, Warp[] warps, string step)
    {
        string[] parts = step[3..].Split('@');
        int start = parts.Length > 1 ? int.Parse(parts[1]) : 0, bytes = int.Parse(parts[0].TrimEnd('m'));
        ulong[] addresses = [.. Enumerable.Range(0, Warp.Lanes).Select(lane => (ulong)(start + (lane * bytes)))];
        AccessKind kind = step[0] == 'R' ? AccessKind.Read : AccessKind.Write;
        return new Access(at, warps[step[1] - '0'], uint.MaxValue, addresses, bytes, kind)
        {
            Noted = parts[0].EndsWith('m') ? ShadowRecord.SeveralLanes : -1,
        };
    }

    /// <summary>The first warp writes everything, and all meet.</summary>
    private static void Begin(BlockRunner run, Warp[] warps, SharedMemory quick, SharedMemory close)
    {
        for (int start = 0; start < Bytes; start += 16 * Warp.Lanes)
        {
            ulong[] row = [.. Enumerable.Range(0, Warp.Lanes).Select(lane => (ulong)(start + (16 * lane)))];
            var write = new Access(run.Code[0], warps[0], uint.MaxValue, row, 16, AccessKind.Write);
            write.Quickly(quick);
            write.Closely(close);
        }

        run.Clocks.Join([.. warps.Select(w => (w, Barrier))]);
    }

    /// <summary>Sometimes a barrier of all or of two warps, sometimes one within a warp.</summary>
    private static void Order(BlockRunner run, Warp[] warps, Random random, bool isApart)
    {
        int what = random.Next(isApart ? 12 : 5);
        if (what < 3)
            run.Clocks.Join([.. warps.Select(w => (w, Barrier))]);
        else if (what == 3)
            run.Clocks.Join([(warps[0], Barrier), (warps[random.Next(1, Warps)], Barrier)]);
        else if (what < 6)
            run.Clocks.Advance(random.Next(Warps));
    }

    /// <param name="isApart">Each warp keeps to a part of its own.</param>
    private static Access Draw(BlockRunner run, Warp[] warps, Random random, int unit, bool isApart)
    {
        Warp warp = warps[isApart ? random.Next(2) : random.Next(Warps)];
        int bytes = Sizes.Where(s => s >= unit).ElementAt(random.Next(Sizes.Count(s => s >= unit)));
        AccessKind kind = random.Next(40) == 0 ? AccessKind.Atomic : random.Next(2) == 0 ? AccessKind.Read
            : AccessKind.Write;
        int start = (random.Next(2) * 512) + (isApart ? warp.Index * 1024 : 0),
            stride = random.Next(6) switch { 0 => 2 * bytes, 1 => 16, _ => bytes };
        int turn = random.Next(8) == 0 ? random.Next(Warp.Lanes) : 0;
        uint mask = random.Next(5) > 0 ? uint.MaxValue : 1u + (uint)random.Next();
        ulong[] addresses =
            [.. Enumerable.Range(0, Warp.Lanes).Select(
                lane => (ulong)(start + ((lane ^ turn) * stride / bytes * bytes)))];
        bool isMatrix = bytes == 16 && random.Next(3) == 0;
        return new Access(run.Code[random.Next(run.Code.Length)], warp, mask, addresses, bytes, kind)
        {
            Noted = isMatrix ? ShadowRecord.SeveralLanes : -1,
        };
    }

    private static string Verdict(Action access)
    {
        try
        {
            access();
            return "";
        }
        catch (VirtualGpuFault fault)
        {
            return fault.Message;
        }
    }

    private static Launch Launch()
    {
        PtxModule module = PtxModule.Parse(
            PtxSource.Kernel("k", 0, string.Concat(Enumerable.Repeat("mov.u32 %r1, 1;\n", 6))));
        return new Launch
        {
            Program = KernelLowering.Lower(module, module.Entries[0], new Dictionary<string, ulong>()),
            Grid = (1, 1, 1),
            Block = (Warps * Warp.Lanes, 1, 1),
            DynamicShared = 0,
            Parameters = [],
            Memory = new DeviceMemory(1 << 20),
        };
    }

    private sealed record Access(Operation At, Warp Warp, uint Mask, ulong[] Addresses, int Bytes, AccessKind Kind)
    {
        /// <summary>The lane that it is noted under; negative for each its own.</summary>
        public int Noted { get; init; } = -1;

        public void Quickly(SharedMemory shared)
        {
            fixed (ulong* addresses = Addresses)
            {
                bool isRow = Noted < 0 && Mask == uint.MaxValue && GlobalAccess.IsContiguous(addresses, Bytes);
                if (!isRow || !shared.TryTouchRow(At, Warp, addresses[0], Bytes, Kind))
                    shared.TouchLanes(At, Warp, Mask, addresses, Bytes, Kind, Noted);
            }
        }

        public void Closely(SharedMemory shared)
        {
            for (int lane = 0; lane < Warp.Lanes; lane++)
            {
                if ((Mask >> lane & 1) != 0)
                    shared.Touch(At, Warp, lane, Addresses[lane], Bytes, Kind, Noted);
            }
        }
    }
}
