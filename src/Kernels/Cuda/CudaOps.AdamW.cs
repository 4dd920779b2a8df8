using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <summary>Of kernels/reduce.cu.</summary>
    private const int SumThreads = 256, SumChunk = 65536;

    protected override void AdamWCore(Tensor parameter, Tensor gradient, Tensor m, Tensor v, in AdamWStep step)
    {
        if (parameter.Count == 0)
            return;
        var tensor = new AdamWTensor(
            (ulong)parameter.Address, (ulong)gradient.Address, (ulong)m.Address, (ulong)v.Address, Copy: 0,
            parameter.Count, FirstBlock: 0, Decayed: 1);
        Launch(
            "adamw", "adamw_tensor_f32",
            LaunchShape.Covering(parameter.Count, AdamWTensor.Threads, AdamWTensor.PerBlock / AdamWTensor.Threads),
            Arguments().Add(tensor).Add(new AdamWFactors(step)));
    }

    protected override double SumOfSquaresCore(Tensor x)
    {
        if (x.Count == 0)
            return 0;
        LaunchShape chunks = LaunchShape.Covering(x.Count, SumThreads, SumChunk / SumThreads);
        DeviceMemory partial = _scratch.Get("sums of squares", DType.F64, chunks.Grid.X);
        DeviceMemory total = _scratch.Get("sum of squares", DType.F64, 1);
        Launch("reduce", "sum_squares_f32", chunks, Arguments().Add(x).Add(partial).Add(x.Count));
        Launch(
            "reduce", "sum_f64", new LaunchShape(new Dim3(1), new Dim3(SumThreads)),
            Arguments().Add(partial).Add(total).Add((long)chunks.Grid.X));
        var sum = new double[1];
        _faults.Look();
        _copies.Download(total.Address, MemoryMarshal.AsBytes(sum.AsSpan()));
        _faults.Throw();
        return sum[0];
    }
}
