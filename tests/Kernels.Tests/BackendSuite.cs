using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests;

/// <summary>What the suites of ops share: a bench on a backend, seeded random numbers.</summary>
public abstract class BackendSuite(TestBackend backend) : IDisposable
{
    protected Bench Bench { get; } = new(backend);

    protected Ops.Ops Backend => Bench.Backend;

    protected bool IsBf16 => backend.IsBf16;

    protected bool IsVirtual => backend.IsVirtual;

    protected bool IsPerturbed => backend.IsPerturbed;

    public void Dispose()
    {
        Bench.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The same backend with something changed that must change no bit.</summary>
    protected Bench Variant(int variant, ulong? perturbation = null) => new(backend, variant, perturbation);

    /// <summary>What an honest implementation reaches in either activation type.</summary>
    protected double Within(double f32, double bf16) => IsBf16 ? bf16 : f32;

    protected Tensor Make(string name, float[] values, params int[] shape) => Bench.Make(name, values, shape);

    protected Tensor Make<T>(string name, DType type, T[] values, params int[] shape)
        where T : unmanaged => Bench.Make<T>(name, type, values, shape);

    protected Tensor Activation(string name, float[] values, params int[] shape) =>
        Bench.MakeActivation(name, values, shape);

    protected Tensor Empty(string name, params int[] shape) => Bench.Empty(name, shape);

    protected Tensor EmptyActivation(string name, params int[] shape) => Bench.EmptyActivation(name, shape);

    protected (Tensor Tensor, double[] Values) MakeWeight(string name, bool bf16, float[] values, params int[] shape) =>
        Bench.MakeWeight(name, bf16, values, shape);

    protected SequenceLayout Rows(params int[] lengths) => Bench.Rows(lengths);

    /// <summary>Normal deviates, the same for the same seed.</summary>
    protected static float[] Normal(int seed, int count, double scale = 1, double mean = 0)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(mean + scale * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    protected static double[] Widen(float[] values) => Array.ConvertAll(values, x => (double)x);

    protected float[] Values(Tensor x) => Bench.Values(x);

    protected static void AssertSameBits(float[] expected, float[] got) =>
        Assert.Equal(Array.ConvertAll(expected, BitConverter.SingleToUInt32Bits),
            Array.ConvertAll(got, BitConverter.SingleToUInt32Bits));

    /// <summary>The message of the argument error that the call must raise, at once or when it is waited for.</summary>
    protected string Refusal(Action call) => Assert.ThrowsAny<ArgumentException>(() =>
    {
        call();
        Backend.Synchronize();
    }).Message;
}
