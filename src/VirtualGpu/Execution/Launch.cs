using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Lowering;
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
        workers = (int)Math.Min(workers, Blocks);
        var total = new LaunchCounters
        {
            ThreadsPerBlock = ThreadsPerBlock,
            DynamicSharedBytes = DynamicShared,
        };
        long next = -1;
        long failed = long.MaxValue;
        Exception? failure = null;
        void Work()
        {
            using var runner = new BlockRunner(this);
            long block;
            while ((block = Interlocked.Increment(ref next)) < Blocks && block < Volatile.Read(ref failed))
            {
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
                total.Add(runner.Collect());
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

        if (failure is VirtualGpuFault)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        if (failure is not null)
            throw new InvalidOperationException($"kernel {Program.Name}: the virtual GPU failed", failure);
        return total;
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
