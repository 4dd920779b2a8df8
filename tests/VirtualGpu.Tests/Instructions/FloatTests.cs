using System.Numerics;
using MolEngine.VirtualGpu.Execution;
using static MolEngine.VirtualGpu.Tests.Instructions.Edge;

namespace MolEngine.VirtualGpu.Tests.Instructions;

/// <summary>fp32 and fp64, against decimals of unbounded size rounded by hand.</summary>
public sealed class FloatTests
{
    private static readonly string[] Modes = ["rn", "rz", "rm", "rp"];

    [Fact]
    public void Sums_differences_and_products_in_every_mode()
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(FloatsWithNaNs);
        foreach (string mode in Modes)
        {
            Check2($"add.{mode}.f32", a, b, (x, y) => Rounding.Add(x, y, mode));
            Check2($"sub.{mode}.f32", a, b, (x, y) => Rounding.Add(x, -y, mode));
            Check2($"mul.{mode}.f32", a, b, (x, y) => Rounding.Multiply(x, y, mode));
            Check2($"div.{mode}.f32", a, b, (x, y) => Rounding.Divide(x, y, mode));
        }
    }

    [Fact]
    public void Fused_multiply_add_in_every_mode()
    {
        ulong[] values = [.. Floats.Where((_, i) => i % 2 == 0), Bits(1 + 1.1920929E-07f), Bits(-1 - 1.1920929E-07f),
            Bits(float.Epsilon)];
        (ulong[] a, ulong[] b, ulong[] c) = Instruction.Triples(values);
        foreach (string mode in Modes)
        {
            Instruction.Check(
                $"fma.{mode}.f32 %d, %a0, %a1, %a2;", "b32",
                v => Result(Rounding.MultiplyAdd(Float(v[0]), Float(v[1]), Float(v[2]), mode)), ("b32", a), ("b32", b),
                    ("b32", c));
        }
    }

    [Fact]
    public void Reciprocals_and_roots_in_every_mode()
    {
        foreach (string mode in Modes)
        {
            Check1($"rcp.{mode}.f32", FloatsWithNaNs, x => Rounding.Divide(1, x, mode));
            Check1($"sqrt.{mode}.f32", FloatsWithNaNs, x => Rounding.SquareRoot(x, mode));
        }
    }

    [Fact]
    public void Subnormals_are_flushed_on_both_sides()
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(Floats);
        Check2("add.rn.ftz.f32", a, b, (x, y) => Flushed(Flushed(x) + Flushed(y)));
        Check2("mul.rn.ftz.f32", a, b, (x, y) => Flushed(Flushed(x) * Flushed(y)));
        Check2("min.ftz.f32", a, b, (x, y) => Min(Flushed(x), Flushed(y)));
        Check1("sqrt.rn.ftz.f32", Floats, x => MathF.Sqrt(Flushed(x)));
        Check1("abs.ftz.f32", [.. Floats.Where(f => !float.IsNaN(Float(f)))], x => MathF.Abs(Flushed(x)));
        Instruction.Check(
            "fma.rn.ftz.f32 %d, %a0, %a1, %a1;", "b32",
            v => Result(Flushed(MathF.FusedMultiplyAdd(Flushed(Float(v[0])), Flushed(Float(v[1])),
                Flushed(Float(v[1]))))),
            ("b32", a), ("b32", b));
        Instruction.Check(
            "setp.lt.ftz.f32 %dp, %a0, %a1;", "pred", v => Flushed(Float(v[0])) < Flushed(Float(v[1])) ? 1UL : 0,
            ("b32", a), ("b32", b));
    }

    [Fact]
    public void Saturation_clamps_to_one_and_makes_NaN_zero()
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(Floats);
        Instruction.Check(
            "add.rn.sat.f32 %d, %a0, %a1;", "b32", v =>
                Bits(Saturated(Float(v[0]) + Float(v[1]))), ("b32", a), ("b32", b));
        Instruction.Check(
            "fma.rn.sat.f32 %d, %a0, %a1, %a0;", "b32",
            v => Bits(Saturated(MathF.FusedMultiplyAdd(Float(v[0]), Float(v[1]), Float(v[0])))), ("b32", a),
                ("b32", b));
    }

    [Fact]
    public void Extremes_take_the_number_where_one_is_NaN()
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(FloatsWithNaNs);
        Check2("min.f32", a, b, Min);
        Check2("max.f32", a, b, (x, y) => -Min(-x, -y));
        Check2("min.NaN.f32", a, b, (x, y) => float.IsNaN(x) || float.IsNaN(y) ? float.NaN : Min(x, y));
        Check2("max.NaN.f32", a, b, (x, y) => float.IsNaN(x) || float.IsNaN(y) ? float.NaN : -Min(-x, -y));
    }

    [Fact]
    public void Signs_are_bits()
    {
        Instruction.Check("neg.f32 %d, %a0;", "b32", v => v[0] ^ 0x80000000, ("b32", FloatsWithNaNs));
        Instruction.Check("abs.f32 %d, %a0;", "b32", v => v[0] & 0x7FFFFFFF, ("b32", FloatsWithNaNs));
        (ulong[] a, ulong[] b) = Instruction.Pairs(FloatsWithNaNs);
        Instruction.Check(
            "copysign.f32 %d, %a0, %a1;", "b32", v =>
                (v[1] & 0x7FFFFFFF) | (v[0] & 0x80000000), ("b32", a), ("b32", b));
        Instruction.Check("neg.f64 %d, %a0;", "b64", v => v[0] ^ 1UL << 63, ("b64", Doubles));
        Instruction.Check("abs.f64 %d, %a0;", "b64", v => v[0] & ~(1UL << 63), ("b64", Doubles));
    }

    [Fact]
    public void Double_precision()
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(Doubles);
        void Check(string instruction, Func<double, double, double> definition) => Instruction.Check(
            $"{instruction} %d, %a0, %a1;", "b64", v =>
                DoubleResult(definition(Double(v[0]), Double(v[1]))), ("b64", a), ("b64", b));
        Check("add.rn.f64", (x, y) => x + y);
        Check("sub.rn.f64", (x, y) => x - y);
        Check("mul.rn.f64", (x, y) => x * y);
        Check("div.rn.f64", (x, y) => x / y);
        Check("min.f64", (x, y) => double.IsNaN(x) ? y : double.IsNaN(y) ? x : Math.Min(x, y));
        Check("max.f64", (x, y) => double.IsNaN(x) ? y : double.IsNaN(y) ? x : Math.Max(x, y));
        Instruction.Check(
            "fma.rn.f64 %d, %a0, %a1, %a0;", "b64",
            v => DoubleResult(Math.FusedMultiplyAdd(Double(v[0]), Double(v[1]), Double(v[0]))), ("b64", a), ("b64", b));
        Instruction.Check("sqrt.rn.f64 %d, %a0;", "b64", v => DoubleResult(Math.Sqrt(Double(v[0]))), ("b64", Doubles));
        Instruction.Check("rcp.rn.f64 %d, %a0;", "b64", v => DoubleResult(1 / Double(v[0])), ("b64", Doubles));
    }

    [Theory]
    [InlineData("eq")]
    [InlineData("ne")]
    [InlineData("lt")]
    [InlineData("le")]
    [InlineData("gt")]
    [InlineData("ge")]
    [InlineData("equ")]
    [InlineData("neu")]
    [InlineData("ltu")]
    [InlineData("leu")]
    [InlineData("gtu")]
    [InlineData("geu")]
    [InlineData("num")]
    [InlineData("nan")]
    public void Comparisons(string order)
    {
        (ulong[] a, ulong[] b) = Instruction.Pairs(Floats);
        Instruction.Check(
            $"setp.{order}.f32 %dp, %a0, %a1;", "pred", v =>
                Holds(order, Float(v[0]), Float(v[1])) ? 1UL : 0, ("b32", a), ("b32", b));
        (ulong[] c, ulong[] d) = Instruction.Pairs(Doubles);
        Instruction.Check(
            $"setp.{order}.f64 %dp, %a0, %a1;", "pred", v =>
                Holds(order, Double(v[0]), Double(v[1])) ? 1UL : 0, ("b64", c), ("b64", d));
        // With a second predicate, the complement and a combination.
        Instruction.Check(
            $"{{ .reg .pred q, s; setp.lt.u32 s, %a0, 0x80000000; setp.{order}.and.f32 q|%dp, %a0, %a1, !s; }}", "pred",
            v => !Holds(order, Float(v[0]), Float(v[1])) && v[0] >= 0x80000000 ? 1UL : 0, ("b32", a), ("b32", b));
        Instruction.Check(
            $"set.{order}.u32.f32 %d, %a0, %a1;", "b32", v => Holds(order, Float(v[0]), Float(v[1])) ? 0xFFFFFFFF : 0UL,
            ("b32", a), ("b32", b));
    }

    [Theory]
    [InlineData("rcp.approx.f32")]
    [InlineData("sqrt.approx.f32")]
    [InlineData("rsqrt.approx.f32")]
    [InlineData("ex2.approx.f32")]
    [InlineData("lg2.approx.f32")]
    [InlineData("sin.approx.f32")]
    [InlineData("cos.approx.f32")]
    [InlineData("tanh.approx.f32")]
    public void Approximations_are_exact_or_off_by_what_is_documented(string instruction)
    {
        (Func<double, double> value, Func<double, double, double> allowed) = Definition(instruction);
        bool isRoot = instruction.Contains("sqrt", StringComparison.Ordinal)
            || instruction.StartsWith("lg2", StringComparison.Ordinal);
        float[] inputs = [.. Enumerable.Range(1, 300).Select(i => i * 0.02f), .. isRoot ? []
            : new[] { -0.7f, -3f, -6.2f }];
        ulong[] bits = [.. inputs.Select(Bits)];
        ulong[] exact = Instruction.Run($"{instruction} %d, %a0;", "b32", ("b32", bits));
        for (int i = 0; i < inputs.Length; i++)
            Assert.Equal((float)value(inputs[i]), Float(exact[i]));
        int moved = 0;
        for (ulong seed = 1; seed <= 3; seed++)
        {
            ulong[] got = Instruction.Run(
                $"{instruction} %d, %a0;", "b32", new LaunchOptions { PerturbationSeed = seed }, ("b32", bits));
            for (int i = 0; i < inputs.Length; i++)
            {
                double truth = value(inputs[i]);
                Assert.True(
                    Math.Abs(Float(got[i]) - truth) <= allowed(inputs[i], truth) * (1 + 1e-9),
                        $"{instruction} of {inputs[i]:R}");
                moved += got[i] != exact[i] ? 1 : 0;
            }
        }

        Assert.True(moved > 100, $"{moved} of 900 results moved");
    }

    [Fact]
    public void Approximations_of_special_values()
    {
        float inf = float.PositiveInfinity, nan = float.NaN;
        void Check(string instruction, params (float In, float Out)[] rows) => Instruction.Check(
            $"{instruction} %d, %a0;", "b32", v => Result(rows.First(r => Bits(r.In) == v[0]).Out),
            ("b32", [.. rows.Select(r => Bits(r.In))]));
        Check("rcp.approx.ftz.f32", (0f, inf), (-0f, -inf), (inf, 0f), (-inf, -0f), (nan, nan), (1e-40f, inf),
            (-1e-40f, -inf));
        Check("sqrt.approx.f32", (-0f, -0f), (-1f, nan), (inf, inf), (4f, 2f));
        Check("rsqrt.approx.f32", (0f, inf), (-0f, -inf), (-1f, nan), (inf, 0f));
        Check("ex2.approx.ftz.f32", (-inf, 0f), (inf, inf), (128f, inf), (-126f, 1.17549435e-38f), (-127f, 0f),
            (0f, 1f));
        Check("ex2.approx.f32", (-127f, 5.877472e-39f));
        Check("lg2.approx.f32", (0f, -inf), (-1f, nan), (inf, inf), (8f, 3f));
        Check("sin.approx.f32", (inf, nan), (-0f, -0f));
        (ulong[] a, ulong[] b) = Instruction.Pairs([Bits(2e38f), Bits(1f), Bits(inf), Bits(3f), Bits(0f)]);
        Instruction.Check(
            "div.approx.f32 %d, %a0, %a1;", "b32",
            v => v[1] == Bits(2e38f) ? (v[0] == Bits(inf) ? 0x7FFFFFFF : 0UL) : Result(Float(v[0]) / Float(v[1])),
                ("b32", a), ("b32", b));
        Instruction.Check(
            "div.full.f32 %d, %a0, %a1;", "b32", v => Result(Float(v[0]) / Float(v[1])), ("b32", a), ("b32", b));
    }

    private static (Func<double, double>, Func<double, double, double>) Definition(string instruction) =>
        instruction[..3] switch
        {
            "rcp" => (x => 1 / x, (_, y) => Math.ScaleB(1, Math.ILogB(y) - 23)),
            "sqr" => (Math.Sqrt, (_, y) => y * Math.Pow(2, -23)),
            "rsq" => (x => 1 / Math.Sqrt(x), (_, y) => y * Math.Pow(2, -22.9)),
            "ex2" => (x => Math.Pow(2, x), (_, y) => y * Math.Pow(2, -22)),
            "lg2" => (Math.Log2, (x, y) => Math.Pow(2, -22) * (x is > 0.5 and < 2 ? 1 : Math.Abs(y))),
            "sin" => (Math.Sin, (_, _) => Math.Pow(2, -20.5)),
            "cos" => (Math.Cos, (_, _) => Math.Pow(2, -20.5)),
            _ => (Math.Tanh, (_, y) => Math.Abs(y) * Math.Pow(2, -11)),
        };

    private static bool Holds<T>(string order, T x, T y)
        where T : INumber<T>
    {
        bool isUnordered = T.IsNaN(x) || T.IsNaN(y);
        if (order is "num" or "nan")
            return isUnordered == (order == "nan");
        if (isUnordered)
            return order.Length == 3;
        return order[..2] switch
        {
            "eq" => x == y,
            "ne" => x != y,
            "lt" => x < y,
            "le" => x <= y,
            "gt" => x > y,
            _ => x >= y,
        };
    }

    private static void Check1(string instruction, ulong[] a, Func<float, float> definition) =>
        Instruction.Check($"{instruction} %d, %a0;", "b32", v => Result(definition(Float(v[0]))), ("b32", a));

    private static void Check2(string instruction, ulong[] a, ulong[] b, Func<float, float, float> definition) =>
        Instruction.Check(
            $"{instruction} %d, %a0, %a1;", "b32", v =>
                Result(definition(Float(v[0]), Float(v[1]))), ("b32", a), ("b32", b));

    private static float Flushed(float x) => float.IsSubnormal(x) ? MathF.CopySign(0, x) : x;

    private static float Saturated(float x) => float.IsNaN(x) || x <= 0 ? 0 : MathF.Min(x, 1);

    private static float Min(float x, float y)
    {
        if (float.IsNaN(x))
            return y;
        if (float.IsNaN(y))
            return x;
        return x < y || (x == y && float.IsNegative(x)) ? x : y;
    }

    private static ulong DoubleResult(double value) =>
        double.IsNaN(value) ? 0x7FF8000000000000 : BitConverter.DoubleToUInt64Bits(value);
}
