using System.Runtime.InteropServices;
using MolEngine.Basics.Numerics;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution.Memory;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// Runs blocks of a launch, one after the other, on one thread of the host: registers, shared and local memory are made
/// once. Warps take turns in a seeded random order and for random lengths, so that a missing barrier shows.
/// </summary>
internal sealed unsafe class BlockRunner : IDisposable
{
    private const int LongestQuantumBits = 7;

    private readonly Warp[] _warps;
    private readonly byte* _registers;
    private readonly long _registerBytes;
    private readonly Warp[] _ready;

    public BlockRunner(Launch launch)
    {
        Launch = launch;
        Program = launch.Program;
        Code = Program.Code;
        int count = launch.WarpsPerBlock;
        _warps = [.. Enumerable.Range(0, count).Select(i => new Warp(this, i))];
        _ready = new Warp[count];
        _registerBytes = (Program.RegisterBytes + 63) & ~63;
        _registers = (byte*)NativeMemory.AlignedAlloc((nuint)(_registerBytes * count), 64);
        NativeMemory.Clear(_registers, (nuint)(_registerBytes * count));
        InstructionCounts = (long*)NativeMemory.AllocZeroed((nuint)Code.Length, 16);
        Cache = new DeviceAllocation?[Code.Length];
        Shared = new SharedMemory(this, Program.StaticShared + launch.DynamicShared, Program.SharedUnit, count);
        Local = new LocalMemory(Program.LocalBytes, count);
        Scratch = (ulong*)NativeMemory.AlignedAlloc(4 * Warp.Lanes * sizeof(ulong), 64);
        Barriers = new Barriers(this);
        Races = launch.FindsRaces ? new BlockRaces(Program.GlobalUnit) : null;
        WarpRaces = launch.Options.FindWarpRaces && !Program.OrdersBlocks
            ? new WarpRaces(Clocks, Program.GlobalUnit)
            : null;
        Parameters = (byte*)NativeMemory.AllocZeroed((nuint)launch.Parameters.Length + 16);
        launch.Parameters.CopyTo(new Span<byte>(Parameters, launch.Parameters.Length));
        for (int i = 0; i < count; i++)
            Program.Constants.Fill(_registers + (i * _registerBytes), launch, i);
    }

    public Launch Launch { get; }

    public KernelProgram Program { get; }

    public Operation[] Code { get; }

    /// <summary>Executions of each operation: by warps, then by lanes.</summary>
    public long* InstructionCounts { get; }

    /// <summary>The allocation that each operation touched last.</summary>
    public DeviceAllocation?[] Cache { get; }

    public SharedMemory Shared { get; }

    public LocalMemory Local { get; }

    public byte* Parameters { get; }

    /// <summary>Addresses (first 32 words) and pointers (next 32) of the memory operation at work.</summary>
    public ulong* Scratch { get; }

    public Barriers Barriers { get; }

    /// <summary>Null where races between blocks are not looked for. Whoever runs the launch disposes it.</summary>
    public BlockRaces? Races { get; }

    /// <summary>Null where races between warps over global memory are not looked for.</summary>
    public WarpRaces? WarpRaces { get; }

    public Clocks Clocks { get; } = new();

    public LaunchCounters Counters { get; } = new();

    public (int X, int Y, int Z) BlockIndex { get; private set; }

    public int WarpCount => _warps.Length;

    /// <summary>Warps that have not ended.</summary>
    public int RunningWarps { get; private set; }

    /// <exception cref="VirtualGpuFault">The kernel did something wrong.</exception>
    public void Run(long block)
    {
        BlockIndex = Launch.BlockAt(block);
        Counters.Blocks++;
        Races?.Begin(block);
        WarpRaces?.Clear();
        Shared.Clear();
        Local.Clear();
        Barriers.Clear();
        Clocks.Clear();
        int threads = Launch.ThreadsPerBlock;
        RunningWarps = _warps.Length;
        for (int i = 0; i < _warps.Length; i++)
        {
            byte* registers = _registers + (i * _registerBytes);
            Program.Constants.FillBlock(registers, BlockIndex);
            int lanes = Math.Min(Warp.Lanes, threads - (i * Warp.Lanes));
            _warps[i].Start(registers, lanes == Warp.Lanes ? uint.MaxValue : (1u << lanes) - 1);
        }

        ulong key = SplitMix64.Hash(Launch.Options.Seed, (ulong)block);
        for (ulong turn = 0; ; turn++)
        {
            int ready = 0;
            foreach (Warp warp in _warps)
            {
                if (warp.Status == WarpStatus.Ready)
                    _ready[ready++] = warp;
            }

            if (ready == 0)
                break;
            ulong random = SplitMix64.At(key, turn);
            int quantum = 1 << (int)(random >> 32 & LongestQuantumBits);
            _ready[(int)((uint)random % (uint)ready)].Run(quantum);
        }

        if (RunningWarps > 0)
            throw Deadlock();
    }

    public void WarpEnded()
    {
        RunningWarps--;
        Barriers.WarpEnded();
    }

    /// <summary>The counters of all blocks run here.</summary>
    public LaunchCounters Collect()
    {
        for (int pc = 0; pc < Code.Length; pc++)
        {
            long lanes = InstructionCounts[(2 * pc) + 1];
            Counters.Count(Code[pc].Class, InstructionCounts[2 * pc], lanes);
            Counters.Float32Operations += lanes * Code[pc].Float32Operations;
            if (Code[pc] is SyncOperation { Inner: MatrixOperation matrix })
                Counters.TensorOperations += lanes / Warp.Lanes * matrix.Operations;
        }

        return Counters;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_registers);
        NativeMemory.Free(InstructionCounts);
        NativeMemory.AlignedFree(Scratch);
        NativeMemory.Free(Parameters);
        WarpRaces?.Dispose();
        Shared.Dispose();
        Local.Dispose();
    }

    private VirtualGpuFault Deadlock()
    {
        Warp waiting = _warps.First(w => w.Status == WarpStatus.AtBarrier);
        return waiting.Fault(
            Code[waiting.Pc], FaultKind.Deadlock, -1,
            $"no warp can go on: {Barriers.Describe()}; {_warps.Count(w => w.Status == WarpStatus.Done)} of "
            + $"{WarpCount} warps have ended");
    }
}
