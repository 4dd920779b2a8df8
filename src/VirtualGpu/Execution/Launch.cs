using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Memory;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>A grid of blocks that runs a kernel.</summary>
internal sealed class Launch
{
    public required KernelProgram Program { get; init; }

    public required (int X, int Y, int Z) Grid { get; init; }

    public required (int X, int Y, int Z) Block { get; init; }

    public required int DynamicShared { get; init; }

    /// <summary>The parameters' bytes, laid out as the kernel declares them.</summary>
    public required byte[] Parameters { get; init; }

    public required DeviceMemory Memory { get; init; }

    public LaunchOptions Options { get; init; } = new();

    public bool FindsRaces => Options.FindBlockRaces && Blocks > 1 && Blocks < int.MaxValue && !Program.OrdersBlocks;

    public long InstructionLimit => Options.InstructionLimit;

    public int ThreadsPerBlock => Block.X * Block.Y * Block.Z;

    public int WarpsPerBlock => (ThreadsPerBlock + Warp.Lanes - 1) / Warp.Lanes;

    public long Blocks => (long)Grid.X * Grid.Y * Grid.Z;

    /// <summary>
    /// Runs all blocks, in parallel. The fault of the first block (by number) that has one is thrown, so that the
    /// report does not depend on the host's threads.
    /// </summary>
    /// <exception cref="VirtualGpuFault">The kernel did something wrong.</exception>
    public LaunchCounters Run()
    {
        int workers = Options.Workers > 0 ? Options.Workers : Environment.ProcessorCount;
        (int X, int Y, int Z) picked = Picked();
        long count = (long)picked.X * picked.Y * picked.Z;
        workers = (int)Math.Min(workers, count);
        var total = new LaunchCounters { ThreadsPerBlock = ThreadsPerBlock, DynamicSharedBytes = DynamicShared };
        var races = new List<BlockRaces>();
        long next = -1;
        long failed = long.MaxValue;
        Exception? failure = null;
        void Work()
        {
            using var runner = new BlockRunner(this);
            long at;
            while ((at = Interlocked.Increment(ref next)) < count)
            {
                long block = NumberOf(at, picked);
                if (block >= Volatile.Read(ref failed))
                    break;
                try
                {
                    runner.Run(block);
                }
                catch (Exception e)
                {
                    lock (total)
                    {
                        if (block < failed)
                            (failed, failure) = (block, e);
                    }
                }
            }

            lock (total)
            {
                total.Add(runner.Collect());
                if (runner.Races is { } seen)
                    races.Add(seen);
            }
        }

        if (workers == 1)
        {
            Work();
        }
        else
        {
            Parallel.For(
                0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ => Work());
        }

        failure ??= RaceOf(races);
        races.ForEach(r => r.Dispose());
        ThrowIfAny(failure);
        return total;
    }

    private void ThrowIfAny(Exception? failure)
    {
        if (failure is VirtualGpuFault)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        if (failure is not null)
            throw new InvalidOperationException($"kernel {Program.Name}: the virtual GPU failed", failure);
    }

    /// <summary>How many blocks are run, in each dimension.</summary>
    private (int X, int Y, int Z) Picked()
    {
        int last = Options.LastBlocks ?? int.MaxValue;
        return (Math.Min(Grid.X, last), Math.Min(Grid.Y, last), Math.Min(Grid.Z, last));
    }

    /// <summary>The number in the grid of one of those that are run.</summary>
    private long NumberOf(long at, (int X, int Y, int Z) picked)
    {
        long x = Grid.X - picked.X + (at % picked.X), y = Grid.Y - picked.Y + (at / picked.X % picked.Y);
        long z = Grid.Z - picked.Z + (at / ((long)picked.X * picked.Y));
        return x + (Grid.X * (y + (Grid.Y * z)));
    }

    /// <summary>A race between blocks that different threads of the host ran: known only at the end.</summary>
    private VirtualGpuFault? RaceOf(List<BlockRaces> races)
    {
        BlockRaces.Conflict? least = null;
        for (int i = 0; i < races.Count; i++)
        {
            for (int j = i + 1; j < races.Count; j++)
            {
                if (races[i].With(races[j]) is { } found && (least is null || found.Address < least.Value.Address))
                    least = found;
            }
        }

        if (least is not { } race)
            return null;
        DeviceAllocation? allocation = Memory.Find(race.Address);
        return new VirtualGpuFault(
            FaultKind.Race,
            $"kernel {Program.Name}: race between blocks on global memory at {race.Address:x}, "
                + $"{allocation?.Describe(race.Address)}: {(race.OneWrites ? "written" : "read")} by "
                + $"{Named(race.One)}, {(race.OtherWrites ? "written" : "read")} by {Named(race.Other)} in the same "
                + "launch, and nothing orders blocks (LaunchOptions.Workers = 1 names the instruction)")
        {
            Kernel = Program.Name,
            Block = BlockAt(Math.Max(race.One, 0)),
            Thread = (-1, -1, -1),
            Address = race.Address,
            Allocation = allocation?.NameAt(race.Address),
        };
    }

    /// <param name="block">Its number; negative for several.</param>
    public string Named(long block)
    {
        (int x, int y, int z) = BlockAt(Math.Max(block, 0));
        return block < 0 ? "other blocks" : $"block ({x},{y},{z})";
    }

    /// <param name="thread">Index in the block; negative where none is to be named.</param>
    public VirtualGpuFault Fault(
        Operation at, FaultKind kind, (int X, int Y, int Z) block, int thread, string what, Operation? other = null,
        ulong address = 0, string? allocation = null)
    {
        PtxInstruction instruction = at.Instruction;
        (int X, int Y, int Z) place = thread < 0 ? (-1, -1, -1) : ThreadAt(thread);
        string who = thread < 0 ? "" : $", thread ({place.X},{place.Y},{place.Z})";
        string where = $"kernel {Program.Name}, {instruction.Source} (PTX line {instruction.Line}: "
            + $"'{instruction.Text}'), block ({block.X},{block.Y},{block.Z}){who}";
        return new VirtualGpuFault(kind, $"{where}: {what}")
        {
            Kernel = Program.Name,
            Line = instruction.Source,
            OtherLine = other?.Instruction.Source,
            Block = block,
            Thread = place,
            Address = address,
            Allocation = allocation,
        };
    }

    public (int X, int Y, int Z) ThreadAt(int thread) =>
        (thread % Block.X, thread / Block.X % Block.Y, thread / (Block.X * Block.Y));

    public (int X, int Y, int Z) BlockAt(long block) =>
        ((int)(block % Grid.X), (int)(block / Grid.X % Grid.Y), (int)(block / ((long)Grid.X * Grid.Y)));
}
