using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Execution.Arithmetic;
using MolEngine.VirtualGpu.Execution.Lanes;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>Floating-point arithmetic of all formats.</summary>
internal static class FloatLowering
{
    private const string Contracted =
        "without a rounding mode ptxas may contract it: expected .rn. Compile with --fmad=false (clang: "
            + "-ffp-contract=off)";

    public static void Register(Dictionary<string, Func<InstructionReader, Lowered>> table)
    {
        table["fma"] = r => MultiplyAdd(r, r.Type());
        table["rcp"] = r => Root<ApproximateFunctions.Reciprocal, FloatFunctions.Reciprocal,
            DirectedFunctions.Reciprocal<DirectedFunctions.TowardZero>,
                DirectedFunctions.Reciprocal<DirectedFunctions.Down>,
            DirectedFunctions.Reciprocal<DirectedFunctions.Up>, DoubleFunctions.Reciprocal>(r);
        table["sqrt"] = r => Root<ApproximateFunctions.SquareRoot, FloatFunctions.SquareRoot,
            DirectedFunctions.SquareRoot<DirectedFunctions.TowardZero>,
                DirectedFunctions.SquareRoot<DirectedFunctions.Down>,
            DirectedFunctions.SquareRoot<DirectedFunctions.Up>, DoubleFunctions.SquareRoot>(r);
        table["rsqrt"] = Approximate<ApproximateFunctions.ReciprocalSquareRoot>;
        table["ex2"] = Approximate<ApproximateFunctions.Exp2>;
        table["lg2"] = Approximate<ApproximateFunctions.Log2>;
        table["sin"] = Approximate<ApproximateFunctions.Sine>;
        table["cos"] = Approximate<ApproximateFunctions.Cosine>;
        table["tanh"] = Approximate<ApproximateFunctions.HyperbolicTangent>;
        table["copysign"] = CopySign;
    }

    public static Lowered Add(InstructionReader reader, PtxType type) =>
        Rounded<FloatFunctions.Add, DirectedFunctions.Add<DirectedFunctions.TowardZero>,
            DirectedFunctions.Add<DirectedFunctions.Down>, DirectedFunctions.Add<DirectedFunctions.Up>,
            DoubleFunctions.Add, HalfFunctions.Add>(reader, type);

    public static Lowered Subtract(InstructionReader reader, PtxType type) =>
        Rounded<FloatFunctions.Subtract, DirectedFunctions.Subtract<DirectedFunctions.TowardZero>,
            DirectedFunctions.Subtract<DirectedFunctions.Down>, DirectedFunctions.Subtract<DirectedFunctions.Up>,
            DoubleFunctions.Subtract, HalfFunctions.Subtract>(reader, type);

    public static Lowered Multiply(InstructionReader reader, PtxType type) =>
        Rounded<FloatFunctions.Multiply, DirectedFunctions.Multiply<DirectedFunctions.TowardZero>,
            DirectedFunctions.Multiply<DirectedFunctions.Down>, DirectedFunctions.Multiply<DirectedFunctions.Up>,
            DoubleFunctions.Multiply, HalfFunctions.Multiply>(reader, type);

    public static Lowered MultiplyAdd(InstructionReader reader, PtxType type)
    {
        string mode = Mode(reader);
        bool ftz = reader.Take("ftz"), sat = reader.Take("sat");
        int d = reader.Destination(0, type);
        int a = reader.Source(1, type), b = reader.Source(2, type), c = reader.Source(3, type);
        OnlySingle(reader, type, mode, ftz, sat);
        return type switch
        {
            PtxType.F32 => Single(Fused(reader, mode, ftz, sat, d, a, b, c), 2),
            PtxType.F64 => new Lowered(
                new Vector3<double, DoubleFunctions.MultiplyAdd>(d, a, b, c), InstructionClass.Float64),
            PtxType.BF16 => Half(new Lanes3<uint, uint, uint, uint,
                HalfFunctions.MultiplyAdd<BFloat16Format>>(d, a, b, c)),
            PtxType.F16 => Half(new Lanes3<uint, uint, uint, uint,
                HalfFunctions.MultiplyAdd<Float16Format>>(d, a, b, c)),
            PtxType.BF16x2 =>
                Half(new Lanes3<uint, uint, uint, uint, HalfFunctions.PackedMultiplyAdd<BFloat16Format>>(d, a, b, c)),
            PtxType.F16x2 =>
                Half(new Lanes3<uint, uint, uint, uint, HalfFunctions.PackedMultiplyAdd<Float16Format>>(d, a, b, c)),
            _ => throw IntegerOperations.Unknown(reader, type),
        };
    }

    public static Lowered Divide(InstructionReader reader, PtxType type)
    {
        string mode = reader.TakeOne("rn", "rz", "rm", "rp", "approx", "full");
        bool ftz = reader.Take("ftz");
        int d = reader.Destination(0, type), a = reader.Source(1, type), b = reader.Source(2, type);
        if (type == PtxType.F64 && mode == "rn")
            return new Lowered(new Lanes2<double, double, double, DoubleFunctions.Divide>(d, a, b),
                InstructionClass.Float64);
        if (type != PtxType.F32)
            throw reader.Refused($"the virtual GPU does not execute div.{mode} on {type.Name()}");
        return mode switch
        {
            "approx" => Special(new ApproximateOperation<ApproximateFunctions.Divide>(d, a, b, ftz)),
            "full" => Special(new ApproximateOperation<ApproximateFunctions.FullDivide>(d, a, b, ftz)),
            "rn" => Single(Vector<FloatFunctions.Divide>(ftz, false, d, a, b)),
            "rz" => Single(Lanes<DirectedFunctions.Divide<DirectedFunctions.TowardZero>>(ftz, d, a, b)),
            "rm" => Single(Lanes<DirectedFunctions.Divide<DirectedFunctions.Down>>(ftz, d, a, b)),
            _ => Single(Lanes<DirectedFunctions.Divide<DirectedFunctions.Up>>(ftz, d, a, b)),
        };
    }

    public static Lowered Min(InstructionReader reader, PtxType type) =>
        Extreme<FloatFunctions.Min, FloatFunctions.MinNaN, DoubleFunctions.Min, HalfFunctions.Min,
            HalfFunctions.MinNaN>(
            reader, type);

    public static Lowered Max(InstructionReader reader, PtxType type) =>
        Extreme<FloatFunctions.Max, FloatFunctions.MaxNaN, DoubleFunctions.Max, HalfFunctions.Max,
            HalfFunctions.MaxNaN>(
            reader, type);

    public static Lowered Negate(InstructionReader reader, PtxType type) =>
        Sign<FloatFunctions.Negate, DoubleFunctions.Negate, HalfFunctions.Negate,
            HalfFunctions.PackedNegate>(reader, type);

    public static Lowered Absolute(InstructionReader reader, PtxType type) =>
        Sign<FloatFunctions.Absolute, DoubleFunctions.Absolute, HalfFunctions.Absolute, HalfFunctions.PackedAbsolute>(
            reader, type);

    private static Lowered Single(Operation operation) => Single(operation, 1);

    private static Lowered Single(Operation operation, int operations)
    {
        operation.Float32Operations = operations;
        return new Lowered(operation, InstructionClass.Float32);
    }

    private static Lowered Half(Operation operation) => new(operation, InstructionClass.Half);

    private static Lowered Special(Operation operation)
    {
        operation.Float32Operations = 1;
        return new Lowered(operation, InstructionClass.Special);
    }

    private static string Mode(InstructionReader reader) =>
        reader.TakeAny("rn", "rz", "rm", "rp") ?? throw reader.Refused(Contracted);

    private static void OnlySingle(InstructionReader reader, PtxType type, string mode, bool ftz, bool sat)
    {
        if (type != PtxType.F32 && (ftz || sat || mode != "rn"))
            throw reader.Refused($"the virtual GPU executes {type.Name()} only with .rn, without .ftz and .sat");
    }

    private static Lowered Rounded<TNearest, TZero, TDown, TUp, TDouble, THalf>(InstructionReader reader, PtxType type)
        where TNearest : IVector2<float>
        where TZero : ILanes2<float, float, float>
        where TDown : ILanes2<float, float, float>
        where TUp : ILanes2<float, float, float>
        where TDouble : IVector2<double>
        where THalf : HalfFunctions.IHalf2
    {
        string mode = Mode(reader);
        bool ftz = reader.Take("ftz"), sat = reader.Take("sat");
        int d = reader.Destination(0, type), a = reader.Source(1, type), b = reader.Source(2, type);
        OnlySingle(reader, type, mode, ftz, sat);
        if (type == PtxType.F64)
            return new Lowered(new Vector2<double, TDouble>(d, a, b), InstructionClass.Float64);
        if (type != PtxType.F32)
            return Half(HalfTwo<THalf>(reader, type, d, a, b));
        if (sat && mode != "rn")
            throw reader.Refused("the virtual GPU executes .sat only with .rn");
        return Single(mode switch
        {
            "rn" => Vector<TNearest>(ftz, sat, d, a, b),
            "rz" => Lanes<TZero>(ftz, d, a, b),
            "rm" => Lanes<TDown>(ftz, d, a, b),
            _ => Lanes<TUp>(ftz, d, a, b),
        });
    }

    private static Operation Vector<TF>(bool ftz, bool sat, int d, int a, int b)
        where TF : IVector2<float> => (ftz, sat) switch
        {
            (false, false) => new Vector2<float, TF>(d, a, b),
            (true, false) => new Vector2<float, Flush.Ftz2<TF>>(d, a, b),
            (false, true) => new Vector2<float, Flush.Sat2<TF>>(d, a, b),
            (true, true) => new Vector2<float, Flush.Sat2<Flush.Ftz2<TF>>>(d, a, b),
        };

    private static Operation Lanes<TF>(bool ftz, int d, int a, int b)
        where TF : ILanes2<float, float, float> => ftz
            ? new Lanes2<float, float, float, Flush.FtzLanes2<TF>>(d, a, b)
            : new Lanes2<float, float, float, TF>(d, a, b);

    private static Operation HalfTwo<TF>(InstructionReader reader, PtxType type, int d, int a, int b)
        where TF : HalfFunctions.IHalf2 => type switch
        {
            PtxType.BF16 => new Lanes2<uint, uint, uint, HalfFunctions.One2<BFloat16Format, TF>>(d, a, b),
            PtxType.F16 => new Lanes2<uint, uint, uint, HalfFunctions.One2<Float16Format, TF>>(d, a, b),
            PtxType.BF16x2 => new Lanes2<uint, uint, uint, HalfFunctions.Packed2<BFloat16Format, TF>>(d, a, b),
            PtxType.F16x2 => new Lanes2<uint, uint, uint, HalfFunctions.Packed2<Float16Format, TF>>(d, a, b),
            _ => throw IntegerOperations.Unknown(reader, type),
        };

    private static Operation Fused(
        InstructionReader reader, string mode, bool ftz, bool sat, int d, int a, int b, int c)
    {
        if (mode != "rn" && (ftz || sat))
            throw reader.Refused("the virtual GPU executes fma with .ftz and .sat only with .rn");
        return (mode, ftz, sat) switch
        {
            ("rz", _, _) => new Lanes3<float, float, float, float,
                DirectedFunctions.MultiplyAdd<DirectedFunctions.TowardZero>>(d, a, b, c),
            ("rm", _, _) => new Lanes3<float, float, float, float,
                DirectedFunctions.MultiplyAdd<DirectedFunctions.Down>>(d, a, b, c),
            ("rp", _, _) => new Lanes3<float, float, float, float,
                DirectedFunctions.MultiplyAdd<DirectedFunctions.Up>>(d, a, b, c),
            (_, false, false) => new Vector3<float, FloatFunctions.MultiplyAdd>(d, a, b, c),
            (_, true, false) => new Vector3<float, Flush.Ftz3<FloatFunctions.MultiplyAdd>>(d, a, b, c),
            (_, false, true) => new Vector3<float, Flush.Sat3<FloatFunctions.MultiplyAdd>>(d, a, b, c),
            _ => new Vector3<float, Flush.Sat3<Flush.Ftz3<FloatFunctions.MultiplyAdd>>>(d, a, b, c),
        };
    }

    private static Lowered Extreme<TSingle, TNaN, TDouble, THalf, THalfNaN>(InstructionReader reader, PtxType type)
        where TSingle : IVector2<float>
        where TNaN : ILanes2<float, float, float>
        where TDouble : ILanes2<double, double, double>
        where THalf : HalfFunctions.IHalf2
        where THalfNaN : HalfFunctions.IHalf2
    {
        bool ftz = reader.Take("ftz"), nan = reader.Take("NaN");
        int d = reader.Destination(0, type), a = reader.Source(1, type), b = reader.Source(2, type);
        if (type == PtxType.F32)
            return Single(nan ? Lanes<TNaN>(ftz, d, a, b) : Vector<TSingle>(ftz, false, d, a, b));
        if (ftz || (nan && type == PtxType.F64))
            throw reader.Refused($"the virtual GPU does not execute this form on {type.Name()}");
        if (type == PtxType.F64)
            return new Lowered(new Lanes2<double, double, double, TDouble>(d, a, b), InstructionClass.Float64);
        return Half(nan ? HalfTwo<THalfNaN>(reader, type, d, a, b) : HalfTwo<THalf>(reader, type, d, a, b));
    }

    private static Lowered Sign<TSingle, TDouble, THalf, TPacked>(InstructionReader reader, PtxType type)
        where TSingle : IVector1<float>
        where TDouble : ILanes1<ulong, ulong>
        where THalf : ILanes1<uint, uint>
        where TPacked : ILanes1<uint, uint>
    {
        bool ftz = reader.Take("ftz");
        int d = reader.Destination(0, type), a = reader.Source(1, type);
        if (ftz && type != PtxType.F32)
            throw reader.Refused($"the virtual GPU does not execute .ftz on {type.Name()}");
        return type switch
        {
            PtxType.F32 when ftz => Single(new Vector1<float, Flush.Ftz1<TSingle>>(d, a)),
            PtxType.F32 => Single(new Vector1<float, TSingle>(d, a)),
            PtxType.F64 => new Lowered(new Lanes1<ulong, ulong, TDouble>(d, a), InstructionClass.Float64),
            PtxType.F16 or PtxType.BF16 => Half(new Lanes1<uint, uint, THalf>(d, a)),
            PtxType.F16x2 or PtxType.BF16x2 => Half(new Lanes1<uint, uint, TPacked>(d, a)),
            _ => throw IntegerOperations.Unknown(reader, type),
        };
    }

    private static Lowered Root<TApproximate, TNearest, TZero, TDown, TUp, TDouble>(InstructionReader reader)
        where TApproximate : IApproximate
        where TNearest : IVector1<float>
        where TZero : ILanes1<float, float>
        where TDown : ILanes1<float, float>
        where TUp : ILanes1<float, float>
        where TDouble : ILanes1<double, double>
    {
        string mode = reader.TakeOne("approx", "rn", "rz", "rm", "rp");
        bool ftz = reader.Take("ftz");
        PtxType type = reader.Type(PtxType.F32, PtxType.F64);
        int d = reader.Destination(0, type), a = reader.Source(1, type);
        if (type == PtxType.F64)
        {
            return mode == "rn" && !ftz
                ? new Lowered(new Lanes1<double, double, TDouble>(d, a), InstructionClass.Float64)
                : throw reader.Refused("the virtual GPU executes it on .f64 only with .rn");
        }

        if (ftz && mode is not ("approx" or "rn"))
            throw reader.Refused("the virtual GPU executes .ftz only with .approx and .rn");
        return mode switch
        {
            "approx" => Special(new ApproximateOperation<TApproximate>(d, a, -1, ftz)),
            "rn" when ftz => Single(new Vector1<float, Flush.Ftz1<TNearest>>(d, a)),
            "rn" => Single(new Vector1<float, TNearest>(d, a)),
            "rz" => Single(new Lanes1<float, float, TZero>(d, a)),
            "rm" => Single(new Lanes1<float, float, TDown>(d, a)),
            _ => Single(new Lanes1<float, float, TUp>(d, a)),
        };
    }

    private static Lowered Approximate<TF>(InstructionReader reader)
        where TF : IApproximate
    {
        reader.TakeOne("approx");
        bool ftz = reader.Take("ftz");
        PtxType type = reader.Type(PtxType.F32);
        return Special(new ApproximateOperation<TF>(reader.Destination(0, type), reader.Source(1, type), -1, ftz));
    }

    private static Lowered CopySign(InstructionReader reader)
    {
        PtxType type = reader.Type(PtxType.F32);
        int d = reader.Destination(0, type), a = reader.Source(1, type), b = reader.Source(2, type);
        return Single(new Lanes2<float, float, float, FloatFunctions.CopySign>(d, a, b));
    }
}
