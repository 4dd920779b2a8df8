using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>Loads, stores, atomics and asynchronous copies.</summary>
internal static class MemoryLowering
{
    public static void Register(Dictionary<string, Func<InstructionReader, Lowered>> table)
    {
        table["ld"] = Load;
        table["ldu"] = Load;
        table["st"] = Store;
        table["atom"] = r => Atomic(r, hasResult: true);
        table["red"] = r => Atomic(r, hasResult: false);
        table["cp"] = AsyncCopy;
        table["prefetch"] = Prefetch;
        table["prefetchu"] = Prefetch;
    }

    private static Lowered Load(InstructionReader reader)
    {
        StateSpace space = Space(reader);
        Order(reader);
        reader.Ignore("nc", "ca", "cg", "cs", "lu", "cv");
        (int count, PtxType type) = Shape(reader);
        (int, int)[] destinations =
            [.. reader.Elements(0, count)
                .Select(e => reader.WiderDestination(e, type))
                .Select(d => (d.Offset, d.Register.Size()))];
        AddressOperand address = reader.Address(1);
        return new Lowered(new LoadOperation(address, space, type, destinations), space switch
        {
            StateSpace.Shared => InstructionClass.SharedLoad,
            StateSpace.Local => InstructionClass.LocalAccess,
            StateSpace.Param => InstructionClass.ParameterLoad,
            _ => InstructionClass.GlobalLoad,
        });
    }

    private static Lowered Store(InstructionReader reader)
    {
        StateSpace space = Space(reader);
        if (space is StateSpace.Param or StateSpace.Const)
            throw reader.Refused($"the virtual GPU does not store to .{space.ToString().ToLowerInvariant()}");
        Order(reader);
        reader.Ignore("wb", "cg", "cs", "wt");
        (int count, PtxType type) = Shape(reader);
        (int, bool)[] sources = [.. reader.Elements(1, count).Select(e => reader.WiderSource(e, type))];
        AddressOperand address = reader.Address(0);
        return new Lowered(new StoreOperation(address, space, type, sources), space switch
        {
            StateSpace.Shared => InstructionClass.SharedStore,
            StateSpace.Local => InstructionClass.LocalAccess,
            _ => InstructionClass.GlobalStore,
        });
    }

    private static Lowered Atomic(InstructionReader reader, bool hasResult)
    {
        StateSpace space = Space(reader);
        if (space is not (StateSpace.Global or StateSpace.Shared or StateSpace.Generic))
            throw reader.Refused("atomics are on global or shared memory");
        Order(reader);
        string name = reader.TakeOne("add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec");
        PtxType type = reader.Type();
        if (type.IsFloat())
        {
            throw reader.Refused(
                $"atomics on {type.Name()} add in an order that no run repeats: reduce in a fixed order instead");
        }

        if (type.Size() < 4)
            throw reader.Refused($"the virtual GPU does not execute atomics on {type.Name()}");
        int first = hasResult ? 1 : 0;
        int d = hasResult && reader.Operand(0) is not PtxOperand.Sink ? reader.Destination(0, type) : -1;
        AddressOperand address = reader.Address(first);
        int b = reader.Source(first + 1, type);
        int c = name == "cas" ? reader.Source(first + 2, type) : -1;
        return new Lowered(
            new AtomicOperation(address, space, type, Enum.Parse<AtomicKind>(name, ignoreCase: true), d, b, c),
            InstructionClass.Atomic);
    }

    private static Lowered AsyncCopy(InstructionReader reader)
    {
        if (!reader.Take("async") || reader.Take("bulk"))
            throw reader.Refused("of the instructions cp the virtual GPU executes cp.async");
        if (reader.Take("commit_group"))
            return new Lowered(new AsyncCommitOperation(), InstructionClass.AsyncCopy);
        if (reader.Take("wait_all"))
            return new Lowered(new AsyncWaitOperation(-1), InstructionClass.AsyncCopy);
        if (reader.Take("wait_group"))
            return new Lowered(new AsyncWaitOperation(checked((int)reader.Number(0))), InstructionClass.AsyncCopy);
        string cache = reader.TakeOne("ca", "cg");
        if (!reader.Take("shared") || !reader.Take("global"))
            throw reader.Refused("expected .shared.global");
        reader.Take("shared::cta");
        reader.Ignore();
        long bytes = reader.Number(2);
        if (!(bytes == 16 || (cache == "ca" && bytes is 4 or 8)))
            throw reader.Refused($"expected {(cache == "cg" ? "16" : "4, 8 or 16")} bytes, got {bytes}");
        int sourceBytes = reader.Operands > 3 ? reader.Source(3, PtxType.U32) : -1;
        return new Lowered(
            new AsyncCopyOperation(reader.Address(0), reader.Address(1), (int)bytes, sourceBytes),
            InstructionClass.AsyncCopy);
    }

    /// <summary>A prefetch of an address that is none is harmless on hardware, too.</summary>
    private static Lowered Prefetch(InstructionReader reader)
    {
        reader.Ignore("global", "local", "L1", "L2", "L2::evict_last", "L2::evict_normal");
        reader.Address(0);
        return new Lowered(new NoOperation(), InstructionClass.Other);
    }

    private static StateSpace Space(InstructionReader reader)
    {
        string? name = reader.TakeAny("global", "shared", "local", "param", "const", "shared::cta");
        return name switch
        {
            "global" => StateSpace.Global,
            "shared" or "shared::cta" => StateSpace.Shared,
            "local" => StateSpace.Local,
            "param" => StateSpace.Param,
            "const" => StateSpace.Const,
            _ => StateSpace.Generic,
        };
    }

    /// <summary>
    /// Memory order and scope change nothing here: a block sees its own accesses in order, and blocks of one launch
    /// must not depend on each other.
    /// </summary>
    private static void Order(InstructionReader reader) =>
        reader.Ignore("weak", "volatile", "relaxed", "acquire", "release", "acq_rel", "cta", "gpu", "sys");

    private static (int Count, PtxType Type) Shape(InstructionReader reader)
    {
        int count = reader.TakeAny("v2", "v4") switch
        {
            "v2" => 2,
            "v4" => 4,
            _ => 1,
        };
        PtxType type = reader.Type();
        bool ok = type != PtxType.Pred && type is not (PtxType.TF32 or PtxType.BF16x2 or PtxType.F16x2)
            && count * type.Size() <= 16;
        return ok ? (count, type) : throw reader.Refused($"the virtual GPU does not move {count} of {type.Name()}");
    }
}
