using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Assembly;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>An assembled kernel of bf16 products, and the tile that it computes.</summary>
internal unsafe interface IBf16Kernel
{
    static abstract int Rows { get; }

    static abstract int Columns { get; }

    static abstract void Begin();

    static abstract void End();

    static abstract void Run(TileCall* call);
}

/// <summary>AVX512_BF16's.</summary>
internal readonly unsafe struct PairKernel : IBf16Kernel
{
    public static int Rows => TileKernels.PairRows;

    public static int Columns => TileKernels.PairColumns;

    public static void Begin()
    {
        // Vectors need no state.
    }

    public static void End()
    {
        // Nor leave any.
    }

    public static void Run(TileCall* call) => AssembledKernels.Pairs(call);
}

/// <summary>AMX's.</summary>
internal readonly unsafe struct AmxKernel : IBf16Kernel
{
    public static int Rows => TileKernels.AmxRows;

    public static int Columns => TileKernels.AmxColumns;

    public static void Begin() => AssembledKernels.Configure();

    public static void End() => AssembledKernels.Release();

    public static void Run(TileCall* call) => AssembledKernels.Amx(call);
}

/// <summary>Products of bf16 operands, to which fp32 ones are rounded as they are packed.</summary>
internal readonly unsafe struct Bf16Product<K> : IPanelProduct
    where K : struct, IBf16Kernel
{
    public static int MaxRows => K.Rows;

    public static int Columns => K.Columns;

    public static RowPanels Panels(int rows) => RowPanels.Full(rows, K.Rows);

    public static nint PanelOfA(int depth) => (nint)Steps(depth) * K.Rows * Bf16Packing.Pairs;

    public static nint PanelOfB(int depth) => (nint)Steps(depth) * K.Columns * Bf16Packing.Pairs;

    public static void Begin() => K.Begin();

    public static void End() => K.End();

    public static void PackA(in GemmArguments g, int first, int rows, int start, int depth, float* to) =>
        Bf16Packing.A(g, first, rows, start, depth, K.Rows, (uint*)to);

    public static void PackB(in GemmArguments g, int first, int start, int depth, float* to) =>
        Bf16Packing.B(g, first, start, depth, K.Columns, (uint*)to);

    public static void Tile(
        in GemmArguments g, int row, int rows, int columnPanel, int depth, float* a, float* b, bool accumulate,
        float* next, nint nextStep)
    {
        int column = columnPanel * K.Columns;
        var call = new TileCall
        {
            A = (ushort*)a,
            B = (ushort*)b,
            C = g.C + (row * g.StrideC) + column,
            StrideC = g.StrideC * sizeof(float),
            Steps = Steps(depth),
            Accumulate = accumulate ? 1 : 0,
        };
        if (rows == K.Rows && column + K.Columns <= g.N)
            K.Run(&call);
        else
            Edge(&call, rows, Math.Min(K.Columns, g.N - column));
    }

    /// <summary>A tile that C has a part of alone is computed beside it, from the same start.</summary>
    [SkipLocalsInit]
    private static void Edge(TileCall* call, int rows, int columns)
    {
        float* tile = stackalloc float[K.Rows * K.Columns];
        TileCall aside = *call;
        aside.C = tile;
        aside.StrideC = K.Columns * sizeof(float);
        long bytes = (long)columns * sizeof(float);
        for (int i = 0; i < rows && call->Accumulate != 0; i++)
            Buffer.MemoryCopy((byte*)call->C + (i * call->StrideC), tile + (i * K.Columns), bytes, bytes);
        K.Run(&aside);
        for (int i = 0; i < rows; i++)
            Buffer.MemoryCopy(tile + (i * K.Columns), (byte*)call->C + (i * call->StrideC), bytes, bytes);
    }

    private static int Steps(int depth) => (depth + TileKernels.Step - 1) / TileKernels.Step;
}
