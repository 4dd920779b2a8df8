using System.Runtime.InteropServices;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Head;

/// <summary>
/// The structs that kernels of the head take, laid out as in kernels/head.cuh, head_row.cuh, head_token.cuh,
/// head_terms.cuh and head_rows.cu; addresses are of device memory.
/// </summary>
internal static class HeadArguments
{
    public const int WeightF32 = 0, WeightBf16 = 1, WeightRounded = 2;

    public static readonly int[] WeightTypes = [WeightF32, WeightBf16, WeightRounded];

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Tile(ulong Logits, int Stride, int Start, int Width);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Set(int Count, int Target);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Sets(ulong Ids, ulong Of, ulong Logits, ulong Coefficients, int Capacity);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Tail(double Sum, int Exponent, int Started);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Weight(ulong Rows, int Type, int Hidden);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Base(
        ulong Ids, ulong Logits, ulong Lse, ulong TailLse, ulong TailWithoutTarget, int TopN);

    public static Base Of(BaseDistribution b) => new(
        (ulong)b.TopIds.Address, (ulong)b.TopLogits.Address, (ulong)b.LogSumExp.Address, (ulong)b.TailLogSumExp.Address,
        AddressOf(b.TailWithoutTarget), b.TopN);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Losses(
        ulong CeWeight, ulong KlWeight, ulong Forms, ulong ForwardShare, ulong Ce, ulong Kl, ulong Lse, ulong TailLogP,
        ulong ForwardKl, ulong GatedCe, ulong HeldKl, ulong Factors);

    /// <summary>Of a block of tokens, whose factors are in memory of their own.</summary>
    public static Losses Of(HeadTargets targets, HeadResult r, ulong factors) => new(
        (ulong)targets.CeWeight.Address, (ulong)targets.KlWeight.Address, AddressOf(targets.Forms?.Flags),
        AddressOf(targets.Forms?.ForwardShare), (ulong)r.CrossEntropy.Address, (ulong)r.KlDivergence.Address,
        (ulong)r.LogSumExp.Address, (ulong)r.TailLogP.Address, (ulong)r.ForwardKl.Address, (ulong)r.GatedCe.Address,
        (ulong)r.HeldKl.Address, factors);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Figures(
        ulong Ce, ulong Kl, ulong TailLogP, ulong ForwardKl, ulong GatedCe, ulong HeldKl, ulong ReverseGap,
        ulong ForwardGap);

    public static Figures SummedOf(HeadResult r) => new(
        (ulong)r.CrossEntropy.Address, (ulong)r.KlDivergence.Address, (ulong)r.TailLogP.Address,
        (ulong)r.ForwardKl.Address, (ulong)r.GatedCe.Address, (ulong)r.HeldKl.Address, (ulong)r.ReverseGap.Address,
        (ulong)r.ForwardGap.Address);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Gaps(ulong Lse, ulong TailLogP, ulong BaseTailLse, ulong Reverse, ulong Forward)
    {
        /// <summary>What head_gap_finish must move of a token.</summary>
        public const long FinishBytes = (7 * HeadTile.SectorBytes) + sizeof(int);
    }

    public static Gaps GapsOf(BaseDistribution b, HeadResult r) => new(
        (ulong)r.LogSumExp.Address, (ulong)r.TailLogP.Address, (ulong)b.TailLogSumExp.Address,
        (ulong)r.ReverseGap.Address, (ulong)r.ForwardGap.Address);

    private static ulong AddressOf(Tensor? tensor) => (ulong)(tensor?.Address ?? 0);
}
