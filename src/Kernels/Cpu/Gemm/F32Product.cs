using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>Products of fp32 operands; B's bf16 is widened as it is packed.</summary>
internal readonly unsafe struct F32Product<S, V> : IPanelProduct
    where S : struct, ISimd<V>
    where V : unmanaged
{
    public static int MaxRows => MicroKernel<S, V>.MaxRows;

    public static int Columns => MicroKernel<S, V>.Columns;

    public static RowPanels Panels(int rows) => RowPanels.Even(rows, MaxRows);

    public static nint PanelOfA(int depth) => Packing<S, V>.PanelOfA(depth);

    public static nint PanelOfB(int depth) => Packing<S, V>.PanelOfB(depth);

    public static void Begin()
    {
        // Vectors need no state.
    }

    public static void End()
    {
        // Nor leave any.
    }

    public static void PackA(in GemmArguments g, int first, int rows, int start, int depth, float* to) =>
        Packing<S, V>.A(g, first, rows, start, depth, to);

    public static void PackB(in GemmArguments g, int first, int start, int depth, float* to) =>
        Packing<S, V>.B(g, first, start, depth, to);

    public static void Tile(
        in GemmArguments g, int row, int rows, int columnPanel, int depth, float* a, float* b, bool accumulate,
        float* next, nint nextStep) =>
        GemmTile<S, V>.Run(g, row, rows, columnPanel, depth, a, b, accumulate, next, nextStep);
}

/// <summary>
/// Products of operands rounded to bf16, computed as fp32's: what the processor's own instructions for bf16 give but
/// for the order of sums.
/// </summary>
internal readonly unsafe struct RoundedProduct<S, V> : IPanelProduct
    where S : struct, ISimd<V>
    where V : unmanaged
{
    public static int MaxRows => F32Product<S, V>.MaxRows;

    public static int Columns => F32Product<S, V>.Columns;

    public static RowPanels Panels(int rows) => F32Product<S, V>.Panels(rows);

    public static nint PanelOfA(int depth) => F32Product<S, V>.PanelOfA(depth);

    public static nint PanelOfB(int depth) => F32Product<S, V>.PanelOfB(depth);

    public static void Begin() => F32Product<S, V>.Begin();

    public static void End() => F32Product<S, V>.End();

    public static void PackA(in GemmArguments g, int first, int rows, int start, int depth, float* to)
    {
        F32Product<S, V>.PackA(g, first, rows, start, depth, to);
        Bf16Rounding.InPlace(to, rows * depth);
    }

    public static void PackB(in GemmArguments g, int first, int start, int depth, float* to)
    {
        F32Product<S, V>.PackB(g, first, start, depth, to);
        if (g.BType != DType.BF16)
            Bf16Rounding.InPlace(to, Columns * depth);
    }

    public static void Tile(
        in GemmArguments g, int row, int rows, int columnPanel, int depth, float* a, float* b, bool accumulate,
        float* next, nint nextStep) =>
        F32Product<S, V>.Tile(g, row, rows, columnPanel, depth, a, b, accumulate, next, nextStep);
}
