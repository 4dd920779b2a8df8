using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>Warp-wide exchange, and matrices.</summary>
internal static class WarpLowering
{
    private const int WholeWarp = -1;

    public static void Register(Dictionary<string, Func<InstructionReader, Lowered>> table)
    {
        table["shfl"] = Shuffle;
        table["vote"] = Vote;
        table["redux"] = Reduce;
        table["match"] = Match;
        table["activemask"] = ActiveMask;
        table["mma"] = Matrix;
        table["ldmatrix"] = r => MatrixLoad(r, stores: false);
        table["stmatrix"] = r => MatrixLoad(r, stores: true);
    }

    /// <param name="members">Place of the member mask; negative for all 32 lanes.</param>
    public static Lowered Synchronised(Operation operation, int members, InstructionClass kind) =>
        new(new SyncOperation(operation, members), kind);

    private static void Sync(InstructionReader reader)
    {
        if (!reader.Take("sync"))
            throw reader.Refused("expected .sync: the forms without it are gone since sm_70");
    }

    private static Lowered Shuffle(InstructionReader reader)
    {
        Sync(reader);
        ShuffleKind kind = Enum.Parse<ShuffleKind>(reader.TakeOne("up", "down", "bfly", "idx"), ignoreCase: true);
        PtxType type = reader.Type(PtxType.B32);
        (int d, int p) = reader.Operand(0) is PtxOperand.Pair pair
            ? (reader.Destination(pair.First, type), reader.PredicateDestination(pair.Second))
            : (reader.Destination(0, type), -1);
        int a = reader.Source(1, type), b = reader.Source(2, PtxType.U32), c = reader.Source(3, PtxType.U32);
        return Synchronised(
            new ShuffleOperation(kind, d, p, a, b, c), reader.Source(4, PtxType.B32), InstructionClass.WarpExchange);
    }

    private static Lowered Vote(InstructionReader reader)
    {
        Sync(reader);
        string kind = reader.TakeOne("all", "any", "uni", "ballot");
        PtxType type = reader.Type(kind == "ballot" ? PtxType.B32 : PtxType.Pred);
        int d = type == PtxType.Pred ? reader.PredicateDestination(reader.Operand(0)) : reader.Destination(0, type);
        (int source, bool negated) = reader.Predicate(1);
        return Synchronised(
            new VoteOperation(kind, d, source, negated ? uint.MaxValue : 0), reader.Source(2, PtxType.B32),
            InstructionClass.WarpExchange);
    }

    private static Lowered Reduce(InstructionReader reader)
    {
        Sync(reader);
        string kind = reader.TakeOne("add", "min", "max", "and", "or", "xor");
        PtxType type = reader.Type(PtxType.U32, PtxType.S32, PtxType.B32);
        if (type.IsBits() != kind is "and" or "or" or "xor")
            throw IntegerOperations.Unknown(reader, type);
        return Synchronised(
            new ReduceOperation(kind, type.IsSigned(), reader.Destination(0, type), reader.Source(1, type)),
            reader.Source(2, PtxType.B32), InstructionClass.WarpExchange);
    }

    private static Lowered Match(InstructionReader reader)
    {
        bool all = reader.TakeOne("any", "all") == "all";
        Sync(reader);
        PtxType type = reader.Type(PtxType.B32, PtxType.B64);
        (int d, int p) = all && reader.Operand(0) is PtxOperand.Pair pair
            ? (reader.Destination(pair.First, PtxType.B32), reader.PredicateDestination(pair.Second))
            : (reader.Destination(0, PtxType.B32), -1);
        return Synchronised(
            new MatchOperation(all, type == PtxType.B64, d, p, reader.Source(1, type)), reader.Source(2, PtxType.B32),
            InstructionClass.WarpExchange);
    }

    private static Lowered ActiveMask(InstructionReader reader)
    {
        PtxType type = reader.Type(PtxType.B32);
        return new Lowered(new ActiveMaskOperation(reader.Destination(0, type)), InstructionClass.WarpExchange);
    }

    private static Lowered Matrix(InstructionReader reader)
    {
        Sync(reader);
        reader.TakeOne("aligned");
        string shape = reader.TakeOne("m16n8k16", "m16n8k8");
        if (!reader.Take("row") || !reader.Take("col"))
            throw reader.Refused("the virtual GPU executes mma with A by rows and B by columns");
        if (reader.Type() != PtxType.F32)
            throw reader.Refused("the virtual GPU executes mma with fp32 accumulators");
        PtxType left = reader.Type(PtxType.BF16, PtxType.TF32), right = reader.Type();
        if (left != right || reader.Type() != PtxType.F32 || (left == PtxType.TF32 && shape == "m16n8k16"))
            throw reader.Refused("the virtual GPU executes mma m16n8k16 and m16n8k8 of .bf16, and m16n8k8 of .tf32");
        int k = shape == "m16n8k16" ? 16 : 8;
        bool isTf32 = left == PtxType.TF32;
        int count = isTf32 ? 4 : k / 4;
        var matrix = new MatrixOperation(
            reader.Destinations(0, 4, PtxType.F32), reader.Sources(1, count, PtxType.B32),
            reader.Sources(2, count / 2, PtxType.B32), reader.Sources(3, 4, PtxType.F32), k, isTf32);
        return Synchronised(matrix, WholeWarp, InstructionClass.Matrix);
    }

    private static Lowered MatrixLoad(InstructionReader reader, bool stores)
    {
        Sync(reader);
        reader.TakeOne("aligned");
        reader.TakeOne("m8n8");
        int count = reader.TakeOne("x1", "x2", "x4")[1] - '0';
        bool transposed = reader.Take("trans");
        reader.TakeOne("shared", "shared::cta");
        reader.Type(PtxType.B16);
        int[] registers = stores
            ? reader.Sources(1, count, PtxType.B32)
            : reader.Destinations(0, count, PtxType.B32);
        AddressOperand address = reader.Address(stores ? 0 : 1);
        return Synchronised(
            new MatrixLoadOperation(address, registers, transposed, stores), WholeWarp, InstructionClass.MatrixLoad);
    }
}
