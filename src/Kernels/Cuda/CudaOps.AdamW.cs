using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <summary>Of kernels/reduce.cu.</summary>
    private const int SumThreads = 256, SumChunk = 65536;

    protected override void AdamWCore(IReadOnlyList<AdamWTensors> tensors, in AdamWStep step)
    {
        var rows = new AdamWTensor[tensors.Count];
        long blocks = 0, bytes = 0, linkBytes = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = AdamWTensor.Of(tensors[i], checked((int)blocks));
            blocks += (rows[i].Count + AdamWTensor.PerBlock - 1) / AdamWTensor.PerBlock;
            bytes += (rows[i].Copy == 0 ? 28 : 30) * rows[i].Count;
            Tensor[] overwritten = [tensors[i].Value, tensors[i].M, tensors[i].V];
            linkBytes += overwritten.Where(x => x.IsOffloaded).Sum(x => 2 * x.Bytes);
        }

        if (blocks == 0)
            return;
        DeviceMemory table = _scratch.Get("adamw tensors", DType.I64, (long)rows.Length * AdamWTensor.Words);
        _copies.Upload(MemoryMarshal.AsBytes<AdamWTensor>(rows), table.Address);
        Launch(
            "adamw", "adamw_f32", new LaunchShape(new Dim3((uint)blocks), new Dim3(AdamWTensor.Threads)),
            Arguments().Add(table).Add(rows.Length).Add(new AdamWFactors(step)).Moves(bytes, linkBytes));
    }

    protected override void SumOfSquaresCore(IReadOnlyList<Tensor> tensors, Tensor sum)
    {
        long all = tensors.Sum(Chunks);
        if (all == 0)
        {
            ZeroCore(sum);
            return;
        }

        DeviceMemory partial = _scratch.Get("sums of squares", DType.F64, all);
        long done = 0;
        foreach (Tensor x in tensors.Where(x => x.Count > 0))
        {
            Launch(
                "reduce", "sum_squares_f32", LaunchShape.Covering(x.Count, SumThreads, SumChunk / SumThreads),
                Arguments().Add(x).Add(partial.Address + ((ulong)done * sizeof(double))).Add(x.Count));
            done += Chunks(x);
        }

        Launch(
            "reduce", "sum_f64", new LaunchShape(new Dim3(1), new Dim3(SumThreads)),
            Arguments().Add(partial).Add(sum).Add(all).Moves(all * sizeof(double)));
    }

    private static long Chunks(Tensor x) => (x.Count + SumChunk - 1) / SumChunk;
}
