using System.Numerics;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Execution.Arithmetic;
using MolEngine.VirtualGpu.Execution.Lanes;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>setp and set.</summary>
internal static class CompareLowering
{
    private static readonly string[] Names =
        ["eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num",
            "nan"];

    public static void Register(Dictionary<string, Func<InstructionReader, Lowered>> table)
    {
        table["setp"] = SetPredicate;
        table["set"] = Set;
    }

    private static Lowered SetPredicate(InstructionReader reader)
    {
        string name = reader.TakeOne(Names);
        PredicateCombine combine = Combine(reader);
        bool ftz = reader.Take("ftz");
        PtxType type = reader.Type();
        (int p, int q) = reader.Operand(0) is PtxOperand.Pair pair
            ? (reader.PredicateDestination(pair.First), reader.PredicateDestination(pair.Second))
            : (reader.PredicateDestination(reader.Operand(0)), -1);
        (int c, bool negated) = combine == PredicateCombine.None ? (-1, false) : reader.Predicate(3);
        int a = reader.Source(1, type), b = reader.Source(2, type);
        var places = new Places(p, q, a, b, combine, c, negated ? uint.MaxValue : 0);
        return new Lowered(Compare(reader, type, name, ftz, places), InstructionClass.Compare);
    }

    private static Lowered Set(InstructionReader reader)
    {
        string name = reader.TakeOne(Names);
        PredicateCombine combine = Combine(reader);
        bool ftz = reader.Take("ftz");
        PtxType to = reader.Type(PtxType.U32, PtxType.S32, PtxType.F32), type = reader.Type();
        int d = reader.Destination(0, to);
        (int c, bool negated) = combine == PredicateCombine.None ? (-1, false) : reader.Predicate(3);
        int a = reader.Source(1, type), b = reader.Source(2, type);
        int result = reader.Temporary();
        var places = new Places(result, -1, a, b, combine, c, negated ? uint.MaxValue : 0);
        Operation compare = Compare(reader, type, name, ftz, places);
        uint whenTrue = to == PtxType.F32 ? BitConverter.SingleToUInt32Bits(1) : uint.MaxValue;
        return new Lowered(new SetOperation(compare, d, whenTrue, result), InstructionClass.Compare);
    }

    private static PredicateCombine Combine(InstructionReader reader) => reader.TakeAny("and", "or", "xor") switch
    {
        "and" => PredicateCombine.And,
        "or" => PredicateCombine.Or,
        "xor" => PredicateCombine.Xor,
        _ => PredicateCombine.None,
    };

    private static Operation Compare(InstructionReader reader, PtxType type, string name, bool ftz, Places places)
    {
        if (ftz && type != PtxType.F32)
            throw reader.Refused($"the virtual GPU does not execute .ftz on {type.Name()}");
        // lo, ls, hi and hs are lt, le, gt and ge of unsigned integers.
        string order = (type.IsUnsigned(), name) switch
        {
            (true, "lo") => "lt",
            (true, "ls") => "le",
            (true, "hi") => "gt",
            (true, "hs") => "ge",
            _ => name,
        };
        bool known = order is "eq" or "ne"
            || (order is "lt" or "le" or "gt" or "ge" && !type.IsBits())
            || (order is "equ" or "neu" or "ltu" or "leu" or "gtu" or "geu" or "num" or "nan" && type.IsFloat());
        if (!known)
            throw reader.Refused($"the virtual GPU does not know the comparison .{name} of {type.Name()}");
        return type switch
        {
            PtxType.B16 or PtxType.U16 or PtxType.B32 or PtxType.U32 => Choose<uint, Plain<uint>>(order, places),
            PtxType.S16 => Choose<int, Signed16>(order, places),
            PtxType.S32 => Choose<int, Plain<int>>(order, places),
            PtxType.B64 or PtxType.U64 => Choose<ulong, Plain<ulong>>(order, places),
            PtxType.S64 => Choose<long, Plain<long>>(order, places),
            PtxType.F32 when ftz => Choose<float, Ftz>(order, places),
            PtxType.F32 => Choose<float, Plain<float>>(order, places),
            PtxType.F64 => Choose<double, Plain<double>>(order, places),
            PtxType.F16 => Halves<Float16Format>(order, places),
            PtxType.BF16 => Halves<BFloat16Format>(order, places),
            _ => throw IntegerOperations.Unknown(reader, type),
        };
    }

    private static Operation Choose<T, TMake>(string order, Places p)
        where T : unmanaged, INumber<T>
        where TMake : IMake<T> => order switch
        {
            "eq" => TMake.Make<Comparisons.Equal<T>>(p),
            "ne" => TMake.Make<Comparisons.NotEqual<T>>(p),
            "lt" => TMake.Make<Comparisons.Less<T>>(p),
            "le" => TMake.Make<Comparisons.LessOrEqual<T>>(p),
            "gt" => TMake.Make<Comparisons.Swapped<T, Comparisons.Less<T>>>(p),
            "ge" => TMake.Make<Comparisons.Swapped<T, Comparisons.LessOrEqual<T>>>(p),
            "equ" => TMake.Make<Comparisons.Not<T, Comparisons.NotEqual<T>>>(p),
            "neu" => TMake.Make<Comparisons.Not<T, Comparisons.Equal<T>>>(p),
            "ltu" => TMake.Make<Comparisons.Not<T, Comparisons.Swapped<T, Comparisons.LessOrEqual<T>>>>(p),
            "leu" => TMake.Make<Comparisons.Not<T, Comparisons.Swapped<T, Comparisons.Less<T>>>>(p),
            "gtu" => TMake.Make<Comparisons.Not<T, Comparisons.LessOrEqual<T>>>(p),
            "geu" => TMake.Make<Comparisons.Not<T, Comparisons.Less<T>>>(p),
            "num" => TMake.Make<Comparisons.Ordered<T>>(p),
            _ => TMake.Make<Comparisons.Not<T, Comparisons.Ordered<T>>>(p),
        };

    private static Operation Halves<TFormat>(string order, Places places)
        where TFormat : IHalfFormat => Choose<double, OfHalf<TFormat>>(order, places);

    private readonly record struct Places(int P, int Q, int A, int B, PredicateCombine Combine, int C, uint Flip);

    private interface IMake<T>
        where T : unmanaged
    {
        static abstract Operation Make<TOp>(Places p)
            where TOp : ICompare<T>;
    }

    private readonly struct Plain<T> : IMake<T>
        where T : unmanaged
    {
        public static Operation Make<TOp>(Places p)
            where TOp : ICompare<T> => new CompareLanes<T, TOp>(p.P, p.Q, p.A, p.B, p.Combine, p.C, p.Flip);
    }

    private readonly struct Signed16 : IMake<int>
    {
        public static Operation Make<TOp>(Places p)
            where TOp : ICompare<int> => Plain<int>.Make<Comparisons.Signed16<TOp>>(p);
    }

    private readonly struct Ftz : IMake<float>
    {
        public static Operation Make<TOp>(Places p)
            where TOp : ICompare<float> => Plain<float>.Make<Comparisons.Ftz<TOp>>(p);
    }

    private readonly struct OfHalf<TFormat> : IMake<double>
        where TFormat : IHalfFormat
    {
        public static Operation Make<TOp>(Places p)
            where TOp : ICompare<double> => Plain<uint>.Make<Comparisons.Half<TFormat, TOp>>(p);
    }
}
