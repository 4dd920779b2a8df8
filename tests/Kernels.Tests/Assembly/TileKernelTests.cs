using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cpu.Assembly;

namespace MolEngine.Kernels.Tests.Assembly;

/// <summary>
/// Assembled kernels: what they compute, instruction by instruction on any processor, and that this one's own
/// instructions, where it has them, give the same bits.
/// </summary>
public sealed unsafe class TileKernelTests
{
    private const int Canaries = 16;
    private const float Canary = 1234.5f;

    public static TheoryData<bool, int, bool> Tiles => new()
    {
        { false, 1, false }, { false, 3, true }, { false, 20, false }, { true, 1, true }, { true, 3, false },
        { true, 20, true },
    };

    [Theory]
    [MemberData(nameof(Tiles))]
    public void A_tile_is_that_of_float64(bool isAmx, int steps, bool accumulates)
    {
        var tile = new Problem(isAmx, steps, accumulates, scale: 1);
        float[] got = tile.Interpreted();
        double[] truth = tile.Truth();
        double bound = 1e-6 * truth.Max(Math.Abs);
        for (int i = 0; i < truth.Length; i++)
            Assert.InRange(got[i], truth[i] - bound, truth[i] + bound);
    }

    /// <summary>Sums that round at every step, and numbers so small that they are flushed.</summary>
    [Theory]
    [MemberData(nameof(Tiles))]
    public void The_processor_gives_the_interpreters_bits(bool isAmx, int steps, bool accumulates)
    {
        foreach (double scale in (double[])[1, 1e-19, 3e-20, 1e18])
        {
            var tile = new Problem(isAmx, steps, accumulates, scale);
            float[] expected = tile.Interpreted();
            if (isAmx ? Bf16Instructions.HasTiles : Bf16Instructions.HasPairs)
            {
                Assert.Equal(
                    expected.Select(BitConverter.SingleToUInt32Bits),
                    tile.Native().Select(BitConverter.SingleToUInt32Bits));
            }
        }
    }

    [Fact]
    public void Memory_is_executable_after_it_was_written_and_functions_stand_apart()
    {
        using var memory = new ExecutableMemory([TileKernels.Pairs(), TileKernels.Amx(), TileKernels.Release()]);
        Assert.Equal(3, memory.Functions.Distinct().Count());
        Assert.All(memory.Functions, f => Assert.Equal(0, f % 64));
        byte[] first = TileKernels.Pairs();
        Assert.Equal(first, new Span<byte>((void*)memory.Functions[0], first.Length).ToArray());
        string range = $"{memory.Functions[0]:x}-";
        string own = File.ReadLines("/proc/self/maps").Single(l => l.StartsWith(range, StringComparison.Ordinal));
        Assert.Contains(" r-xp ", own);
    }

    /// <summary>Panels of random bf16, and C with something before, between and behind its rows.</summary>
    private sealed class Problem
    {
        private readonly bool _isAmx, _accumulates;
        private readonly int _rows, _columns, _steps, _stride;
        private readonly ushort[] _a, _b;
        private readonly float[] _c;

        public Problem(bool isAmx, int steps, bool accumulates, double scale)
        {
            (_isAmx, _steps, _accumulates) = (isAmx, steps, accumulates);
            (_rows, _columns) = isAmx
                ? (TileKernels.AmxRows, TileKernels.AmxColumns)
                : (TileKernels.PairRows, TileKernels.PairColumns);
            _stride = _columns + Canaries;
            var random = new Random(steps);
            ushort[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(
                _ => Bf16.Round((float)((random.NextDouble() - 0.5) * scale)))];
            _a = Numbers(steps * _rows * TileKernels.Step);
            _b = Numbers(steps * _columns * TileKernels.Step);
            _c = new float[((_rows + 1) * _stride) + Canaries];
            Array.Fill(_c, Canary);
            for (int i = 0; i < _rows * _columns; i++)
                _c[At(i)] = (float)((random.NextDouble() - 0.5) * scale * scale);
        }

        public double[] Truth()
        {
            var truth = new double[_rows * _columns];
            for (int i = 0; i < truth.Length; i++)
            {
                int row = i / _columns, column = i % _columns;
                double sum = _accumulates ? _c[At(i)] : 0;
                for (int k = 0; k < _steps * TileKernels.Step; k++)
                    sum += (double)A(row, k) * B(k, column);
                truth[i] = sum;
            }

            return truth;
        }

        public float[] Interpreted() => Run(call =>
        {
            var interpreter = new Interpreter(_isAmx ? TileKernels.Amx() : TileKernels.Pairs());
            interpreter.Call(call, hasTiles: _isAmx);
            Assert.True(interpreter.Executed > _steps);
        });

        public float[] Native() => Run(call =>
        {
            if (!_isAmx)
            {
                AssembledKernels.Pairs(call);
                return;
            }

            AssembledKernels.Configure();
            AssembledKernels.Amx(call);
            AssembledKernels.Release();
        });

        private delegate void Kernel(TileCall* call);

        private float[] Run(Kernel kernel)
        {
            float[] all = [.. _c];
            fixed (ushort* a = _a, b = _b)
            fixed (float* c = all)
            {
                var call = new TileCall
                {
                    A = a,
                    B = b,
                    C = c + Canaries,
                    StrideC = _stride * sizeof(float),
                    Steps = _steps,
                    Accumulate = _accumulates ? 1 : 0,
                };
                kernel(&call);
            }

            HashSet<int> own = [.. Enumerable.Range(0, _rows * _columns).Select(At)];
            Assert.DoesNotContain(Enumerable.Range(0, all.Length), i => !own.Contains(i) && all[i] != Canary);
            return [.. Enumerable.Range(0, _rows * _columns).Select(i => all[At(i)])];
        }

        private int At(int i) => Canaries + (i / _columns * _stride) + (i % _columns);

        private float A(int row, int k) => Bf16.Widen(
            _a[(((k / TileKernels.Step * _rows) + row) * TileKernels.Step) + (k % TileKernels.Step)]);

        private float B(int k, int column) => Bf16.Widen(_b[(((k / 2 * _columns) + column) * 2) + (k % 2)]);
    }
}
