using MolEngine.Kernels.Cuda.Memory;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <summary>Threads of a block in elementwise kernels.</summary>
    private const int ElementThreads = 256;

    /// <summary>Elements of a thread in kernels/cast.cu and kernels/elementwise.cu.</summary>
    private const int ElementsPerThread = 8;

    protected override void ZeroCore(Tensor x)
    {
        if (x.Count > 0)
            _stream.Zero((ulong)x.Address, (nuint)x.Bytes);
    }

    protected override void ZeroCore(IReadOnlyList<Tensor> tensors)
    {
        foreach (IGrouping<Arena?, Tensor> own in tensors.GroupBy(t => t.Arena))
        {
            if (own.Key is DeviceArena arena)
                arena.Zero(own);
            else
                base.ZeroCore([.. own]);
        }
    }

    protected override void CopyCore(Tensor source, Tensor destination)
    {
        if (source.Count == 0 || source.Address == destination.Address)
            return;
        if (source.Type == destination.Type)
        {
            _stream.Copy((ulong)source.Address, (ulong)destination.Address, (nuint)source.Bytes);
            return;
        }

        string kernel = (source.Type, destination.Type) switch
        {
            (DType.F32, DType.BF16) => "cast_f32_bf16",
            (DType.BF16, _) => "cast_bf16_f32",
            (DType.F16, _) => "cast_f16_f32",
            _ => "cast_f64_f32",
        };
        Launch("cast", kernel, Elements(source), Arguments().Add(source).Add(destination).Add(source.Count));
    }

    protected override void AddCore(Tensor x, Tensor y)
    {
        if (x.Count > 0)
            Launch("elementwise", "add_f32", Elements(x), Arguments().Add(x).Add(y).Add(x.Count));
    }

    private static LaunchShape Elements(Tensor x) => LaunchShape.Covering(x.Count, ElementThreads, ElementsPerThread);
}
