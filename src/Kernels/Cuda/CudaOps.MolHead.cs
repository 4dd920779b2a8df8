using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <summary>Of kernels/head_rows.cu.</summary>
    private const int RowSumThreadsOfHead = 128;

    /// <summary>The head's window; smaller ones show its borders at small vocabularies.</summary>
    internal HeadSizes HeadSizes { get; set; } = new();

    /// <remarks>Which tokens have a target decides the shapes of all that follows: where that is not known, it
    /// waits.</remarks>
    protected override void BaseTopNCore(Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution result)
    {
        List<HeadBlock> blocks = Cut(nameof(BaseTopN), targets, null, weight);
        HeadDevice device = MakeHeadDevice();
        var tile = new HeadTile(device, weight, ActivationType);
        var pass = new BaseTopNPass(device, tile, Targets(targets), Flags(targets), result);
        foreach (HeadBlock block in blocks)
            pass.Run(hidden, block.Tokens);
    }

    /// <remarks>As <see cref="BaseTopNCore"/>.</remarks>
    protected override void MolHeadCore(
        Tensor hidden, Tensor weight, HeadTargets targets, BaseDistribution? reference, SequenceLayout layout,
        HeadResult result, Tensor? dHidden, Tensor? dWeight)
    {
        if (reference is null && HasKl(targets))
        {
            throw new ArgumentException(
                $"{nameof(MolHead)}: KL weight ({targets.KlWeight.Name}): expected zeros without a base distribution, "
                + "got another value");
        }

        if (reference is null && Flags(targets) is { } flags)
            HeadForms.CheckWithoutBase(nameof(MolHead), flags);
        int[]? rows = dWeight is null ? null : layout.RowStarts;
        List<HeadBlock> blocks = Cut(nameof(MolHead), targets, rows, weight);
        ZeroCore([.. result.Figures, .. dHidden is null ? [] : new[] { dHidden }]);
        HeadDevice device = MakeHeadDevice();
        var tile = new HeadTile(device, weight, ActivationType);
        var pass = new MolHeadPass(device, tile, targets, reference, result, dHidden, dWeight);
        foreach (HeadBlock block in blocks)
            pass.Run(hidden, block.Tokens, block.PieceEnds);
    }

    private HeadDevice MakeHeadDevice() => new(_queue, _scratch, _copies, _gemm, HeadSizes);

    protected override void HeadRowSumsCore(
        HeadResult result, HeadTargets targets, SequenceLayout layout, Tensor sums)
    {
        if (layout.Rows == 0)
            return;
        (ulong starts, _) = _tables.For(layout, "row starts", l => l.RowStarts);
        Launch(
            "head_rows", "head_row_sums",
            new LaunchShape(new Dim3((uint)layout.Rows), new Dim3(RowSumThreadsOfHead)),
            Arguments().Add(HeadArguments.SummedOf(result)).Add(targets.Targets).Add(starts).Add(sums)
                .Moves(8L * RowSums * layout.Tokens));
    }

    /// <summary>A fault that kernels have met on the way to the head is told before a bad target.</summary>
    private List<HeadBlock> Cut(string op, HeadTargets targets, int[]? rows, Tensor weight)
    {
        try
        {
            return HeadBlocks.Cut(op, Targets(targets), rows, weight.Shape[0], HeadSizes.BlockTokens);
        }
        catch (ArgumentException)
        {
            Synchronize();
            throw;
        }
    }

    private int[] Targets(HeadTargets targets) => targets.Known?.Targets ?? ToHost<int>(targets.Targets);

    private int[]? Flags(HeadTargets targets) => targets.Forms is { } forms
        ? targets.Known is { } known ? known.Flags : ToHost<int>(forms.Flags)
        : null;

    private bool HasKl(HeadTargets targets) =>
        targets.Known?.HasKl ?? ToHost<float>(targets.KlWeight).AsSpan().ContainsAnyExcept(0f);

    private T[] ToHost<T>(Tensor x)
        where T : unmanaged
    {
        var values = new T[x.Count];
        Download<T>(x, values);
        return values;
    }
}
