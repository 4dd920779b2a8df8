using System.Runtime.InteropServices;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda.Head;

/// <summary>
/// The structs that kernels of the head take, laid out as in kernels/head.cuh, head_row.cuh and head_token.cuh;
/// addresses are of device memory.
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
    public readonly record struct Base(ulong Ids, ulong Logits, ulong Lse, ulong TailLse, int TopN);

    public static Base Of(BaseDistribution b) => new(
        (ulong)b.TopIds.Address, (ulong)b.TopLogits.Address, (ulong)b.LogSumExp.Address, (ulong)b.TailLogSumExp.Address,
        b.TopN);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Losses(
        ulong CeWeight, ulong KlWeight, ulong Ce, ulong Kl, ulong Lse, ulong TailLogP, ulong Factors);
}
