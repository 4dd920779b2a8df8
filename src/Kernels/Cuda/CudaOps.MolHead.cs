using System.Runtime.InteropServices;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <summary>The head's window; smaller ones show its borders at small vocabularies.</summary>
    internal HeadSizes HeadSizes { get; set; } = new();

    /// <remarks>Waits for the targets: which tokens have one decides the shapes of all that follows.</remarks>
    protected override void BaseTopNCore(Tensor hidden, Tensor weight, Tensor targets, BaseDistribution result)
    {
        List<HeadBlock> blocks = HeadBlocks.Cut(
            nameof(BaseTopN), ToHost<int>(targets), null, weight.Shape[0], HeadSizes.BlockTokens);
        HeadDevice device = MakeHeadDevice();
        var pass = new BaseTopNPass(device, new HeadTile(device, weight, ActivationType), result);
        foreach (HeadBlock block in blocks)
            pass.Run(hidden, block.Tokens);
    }

    /// <remarks>Waits for the targets: which tokens have one decides the shapes of all that follows.</remarks>
    protected override void MolHeadCore(
        Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution? reference, SequenceLayout layout,
        HeadResult result, Tensor? dHidden, Tensor? dWeight)
    {
        if (reference is null && ToHost<float>(targets.KlWeight).AsSpan().ContainsAnyExcept(0f))
        {
            throw new ArgumentException(
                $"{nameof(MolHead)}: KL weight ({targets.KlWeight.Name}): expected zeros without a base distribution, "
                + "got another value");
        }

        int[]? rows = dWeight is null ? null : layout.RowStarts;
        List<HeadBlock> blocks = HeadBlocks.Cut(
            nameof(MolHead), ToHost<int>(targets.Targets), rows, weight.Shape[0], HeadSizes.BlockTokens);
        foreach (Tensor x in (Tensor[])[result.CrossEntropy, result.KlDivergence, result.LogSumExp, result.TailLogP])
            _stream.Zero((ulong)x.Address, (nuint)x.Bytes);
        if (dHidden is not null)
            _stream.Zero((ulong)dHidden.Address, (nuint)dHidden.Bytes);
        HeadDevice device = MakeHeadDevice();
        var tile = new HeadTile(device, weight, ActivationType);
        var pass = new MolHeadPass(device, tile, targets, reference, result, dHidden, dWeight);
        foreach (HeadBlock block in blocks)
            pass.Run(hidden, block.Tokens, block.PieceEnds);
    }

    private HeadDevice MakeHeadDevice() => new(_stream, _kernels, _scratch, _copies, _gemm, HeadSizes);

    private T[] ToHost<T>(Tensor x)
        where T : unmanaged
    {
        var values = new T[x.Count];
        _copies.Download((ulong)x.Address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
