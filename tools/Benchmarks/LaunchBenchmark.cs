using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Planning;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Benchmarks;

/// <summary>
/// What the CUDA backend itself takes to queue work, before a driver has it: checks of an op, arguments, the look-up of
/// its kernel. The driver only answers.
/// </summary>
internal static class LaunchBenchmark
{
    private const int Tokens = 64, Width = 256, Rank = 16, Calls = 1000;

    public static void Run(BenchmarkOptions options)
    {
        using var driver = new PlanningDriver(GpuModel.Find("h100")!);
        using Ops ops = CudaBackend.Create(driver, 0, KernelImages.Carried, DType.BF16);
        using Arena arena = ops.CreateArena("benchmark");
        Tensor New(DType type, params int[] dimensions) => arena.Allocate("x", type, dimensions);
        Tensor gate = New(DType.BF16, Tokens, Width), up = New(DType.BF16, Tokens, Width);
        Tensor x = New(DType.F32, Tokens, Width), rstd = New(DType.F32, Tokens), norm = New(DType.BF16, Width);
        Tensor hidden = New(DType.BF16, Tokens, Rank);
        var layout = new SequenceLayout(
            [0, Tokens], [0, Tokens], New(DType.I32, Tokens), New(DType.I64, Tokens));
        var adapted = new LinearWeights(
            New(DType.BF16, Width, Width), null,
            new LoraWeights(New(DType.BF16, Rank, Width), New(DType.BF16, Width, Rank), 1));

        Console.WriteLine("A queued kernel or product, in us of one thread: p50 (p20 .. p80) of rounds of 1,000 calls");
        Measure("SwiGlu", 1, () => ops.SwiGlu(gate, up, gate));
        Measure("RmsNorm", 1, () => ops.RmsNorm(x, norm, 1e-6f, gate, rstd));
        Measure("Linear with an adapter", 2, () => ops.Linear(up, adapted, layout, gate, hidden));

        void Measure(string what, int launches, Action call)
        {
            Timing one = Timing.Interleaved(options.Seconds, () =>
            {
                for (int i = 0; i < Calls; i++)
                    call();
            })[0];
            const double Each = 1e6 / Calls;
            Console.WriteLine(
                $"  {what,-24} {one.P50 * Each / launches:F2} ({one.P20 * Each / launches:F2} .. "
                + $"{one.P80 * Each / launches:F2})");
        }
    }
}
