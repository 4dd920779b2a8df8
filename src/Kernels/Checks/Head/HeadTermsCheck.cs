using MolEngine.Kernels.Cpu.Head;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>head_terms against the CPU's.</summary>
internal sealed class HeadTermsCheck()
    : KernelCheck("head", "head_terms", "relative errors of 1e-6 (coefficients, fp32), 1e-8 (losses)")
{
    private const int Warps = 8;

    private static readonly (string Name, double Within)[] FigureBounds =
    [
        ("ce", 1e-11), ("kl", 1e-8), ("lse", 1e-14), ("tail log p", 1e-11), ("forward kl", 1e-8), ("gated ce", 1e-11),
        ("held kl", 1e-8),
    ];

    public override void Run(KernelTrial trial)
    {
        foreach ((int count, int tokens, int n) in HeadEmulation.TokensOf(trial))
            trial.Case(count, c => Try(c, tokens, n, 1e-2));
        foreach (int n in (int[])[0, 1, 31, 32, 127])
        {
            foreach (double distance in (double[])[1e-6, 1e-3, 1, 30])
            {
                trial.Case($"n {n}, {distance} apart", c => Try(c, 25, n, distance));
                trial.Case($"n {n}, {distance} apart, forms", c => Try(c, 25, n, distance, hasForms: true));
            }
        }

        // e^710 is no number of float64.
        foreach (int shift in (int[])[-900, 800])
        {
            foreach (int n in (int[])[0, 32])
                trial.Case($"n {n}, logits near {40 + shift}", c => Try(c, 25, n, 1, shift));
        }
    }

    /// <param name="distance">Between base and student.</param>
    /// <param name="hasForms">Tokens of every form that can be (without a base: a gate by probability), with shares of
    /// 0, a half and 1.</param>
    private static void Try(
        KernelCase one, int tokens, int n, double distance, int shift = 0, bool hasForms = false)
    {
        var inputs = new Inputs(tokens, n, distance, shift, hasForms);
        var expected = new double[FigureBounds.Length][];
        for (int f = 0; f < expected.Length; f++)
            expected[f] = [.. Enumerable.Repeat(-7.0, 2 * tokens)];
        DeviceMemory[] figures =
            [.. expected.Select((e, f) => one.Input<double>(FigureBounds[f].Name, e))];
        var factors = new float[tokens];
        var coefficients = new float[tokens * inputs.Capacity];
        for (int i = 0; i < tokens; i++)
            inputs.Terms(i, expected, factors, coefficients);
        DeviceMemory coefficientsMemory = one.Input<float>("coefficients", new float[coefficients.Length]);
        DeviceMemory factorsMemory = one.Output<float>("factors", tokens);
        DeviceMemory tokensMemory = one.Input<int>("tokens", inputs.Places);
        HeadArguments.Sets sets = inputs.Sets(one, coefficientsMemory);
        HeadArguments.Base reference = inputs.Base(one);
        DeviceMemory tails = one.Input<HeadArguments.Tail>("tails", inputs.Tails);
        DeviceMemory ce = one.Input<float>("ce weight", inputs.CeWeight);
        DeviceMemory kl = one.Input<float>("kl weight", inputs.KlWeight);
        var losses = new HeadArguments.Losses(
            ce.Address, kl.Address, hasForms ? one.Input<int>("forms", inputs.Forms).Address : 0,
            hasForms ? one.Input<float>("forward share", inputs.ForwardShare).Address : 0, figures[0].Address,
            figures[1].Address, figures[2].Address, figures[3].Address, figures[4].Address, figures[5].Address,
            figures[6].Address, factorsMemory.Address);
        one.Launch(
            LaunchShape.Covering(tokens, Warps) with { Block = new Dim3(HeadEmulation.Threads) },
            tokens * ((20L * n) + (((n == 0 ? 13 : 16) + (hasForms ? 2 : 0)) * HeadEmulation.SectorBytes)),
            a => a.Add(tokensMemory).Add(tokens).Add(sets).Add(tails).Add(reference).Add(losses));
        for (int f = 0; f < figures.Length; f++)
            one.Expect<double>(figures[f], expected[f], Tolerance.Within(FigureBounds[f].Within));
        one.Expect<float>(coefficientsMemory, coefficients, Tolerance.Within(1e-6));
        one.Expect<float>(factorsMemory, factors, Tolerance.Within(1e-6));
    }

    private sealed class Inputs
    {
        private readonly int _n;
        private readonly double[] _logits;
        private readonly double[] _base;
        private readonly double[] _baseLse;
        private readonly double[] _baseTail;
        private readonly double[] _baseTailWithoutTarget;
        private readonly HeadArguments.Set[] _sets;

        public Inputs(int tokens, int n, double distance, int shift, bool hasForms)
        {
            int exponent = (int)Math.Round(shift / Math.Log(2));
            (_n, Capacity) = (n, n + 8);
            Places = HeadEmulation.Places(tokens);
            float[] noise = CheckValues.Uniform(2 * tokens * Capacity, 81);
            float[] other = CheckValues.Uniform(tokens * Capacity, 82);
            _base = new double[2 * tokens * n];
            for (int e = 0; e < _base.Length; e++)
                _base[e] = shift + 40 - (e % n / 4.0) + noise[e];
            _logits = new double[tokens * Capacity];
            _sets = new HeadArguments.Set[tokens];
            Tails = new HeadArguments.Tail[tokens];
            _baseLse = new double[2 * tokens];
            _baseTail = new double[2 * tokens];
            _baseTailWithoutTarget = new double[2 * tokens];
            Forms = new int[2 * tokens];
            ForwardShare = new float[2 * tokens];
            for (int i = 0; i < tokens; i++)
            {
                bool inTop = n > 0 && i % 3 == 0;
                _sets[i] = inTop ? new HeadArguments.Set(n, i % n) : new HeadArguments.Set(n + 1, n);
                for (int k = 0; k < n; k++)
                    _logits[(i * Capacity) + k] = _base[(Places[i] * n) + k] + (distance * other[(i * Capacity) + k]);
                if (!inTop)
                    _logits[(i * Capacity) + n] = shift + 33 + noise[i];

                // 40 / ln 2 is 57.7: tails of a mass from 1e-6 to a half, and none.
                Tails[i] = n > 0 && i % 7 == 6
                    ? default
                    : new HeadArguments.Tail(1 + noise[i], exponent + 38 + (i % 20), 1);
                _baseTail[Places[i]] = TailOf(i) + (distance * other[i] / 2);
                _baseTailWithoutTarget[Places[i]] = inTop ? _baseTail[Places[i]] : _baseTail[Places[i]] - 0.25;
                if (hasForms)
                {
                    Forms[Places[i]] = n == 0 ? i % 2 * (int)LossForms.ProbabilityGate : i % 8;
                    ForwardShare[Places[i]] = i / 8 % 3 * 0.5f;
                }

                _baseLse[Places[i]] = HeadMath.LogAdd(
                    n == 0 ? 0 : HeadMath.LogSumExp(_base.AsSpan(Places[i] * n, n)), _baseTail[Places[i]]);
            }

            CeWeight = [.. Enumerable.Range(0, 2 * tokens).Select(t => 0.01f + (t % 5 * 0.2f))];
            KlWeight = [.. CeWeight.Select(a => 1 - a)];
        }

        public int Capacity { get; }

        public int[] Places { get; }

        public HeadArguments.Tail[] Tails { get; }

        public int[] Forms { get; }

        public float[] ForwardShare { get; }

        public float[] CeWeight { get; }

        public float[] KlWeight { get; }

        public HeadArguments.Sets Sets(KernelCase one, DeviceMemory coefficients) => new(
            0, one.Input<HeadArguments.Set>("sets", _sets).Address, one.Input<double>("logits", _logits).Address,
            coefficients.Address, Capacity);

        public HeadArguments.Base Base(KernelCase one) => _n == 0 ? default : new HeadArguments.Base(
            0, one.Input<double>("base logits", _base).Address, one.Input<double>("base lse", _baseLse).Address,
            one.Input<double>("base tail", _baseTail).Address,
            one.Input<double>("base tail without target", _baseTailWithoutTarget).Address, _n);

        public void Terms(int i, double[][] figures, float[] factors, float[] coefficients)
        {
            int place = Places[i], count = _sets[i].Count;
            var baseLogits = new double[count];
            _base.AsSpan(place * _n, _n).CopyTo(baseLogits);
            var terms = new HeadTerms
            {
                Logits = _logits.AsSpan(i * Capacity, count),
                BaseLogits = baseLogits,
                Target = _sets[i].Target,
                TargetInTop = _sets[i].Target < _n,
                HasBase = _n > 0,
                Tail = TailOf(i),
                BaseLogSumExp = _baseLse[place],
                BaseTail = _baseTail[place],
                CeWeight = CeWeight[place],
                KlWeight = KlWeight[place],
                BaseTailWithoutTarget = _baseTailWithoutTarget[place],
                Form = (LossForms)Forms[place],
                ForwardShare = ForwardShare[place],
            };
            Span<double> exact = stackalloc double[count];
            HeadFigures f = terms.Compute(exact);
            for (int k = 0; k < count; k++)
                coefficients[(i * Capacity) + k] = (float)exact[k];
            (figures[0][place], figures[1][place]) = (f.CrossEntropy, f.KlDivergence);
            (figures[2][place], figures[3][place]) = (f.LogSumExp, f.TailLogP);
            (figures[4][place], figures[5][place], figures[6][place]) = (f.ForwardKl, f.GatedCe, f.HeldKl);
            double unit = Tails[i].Exponent * 0.693147180559945309;
            factors[i] = Tails[i].Started == 0 ? 0 : (float)f.TailFactor(unit);
        }

        private double TailOf(int i) => Tails[i].Started == 0
            ? double.NegativeInfinity
            : (Tails[i].Exponent * 0.693147180559945309) + Math.Log(Tails[i].Sum);
    }
}
