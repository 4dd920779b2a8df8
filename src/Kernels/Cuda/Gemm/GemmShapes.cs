using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>A kernel of kernels/gemm_bf16.cu and the tiles that it works in.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="Tile">Rows and columns of D of a block.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block: the stages of its copies.</param>
internal readonly record struct GemmBf16Shape(string Kernel, int Tile, int SharedBytes)
{
    public const string Source = "gemm_bf16";

    /// <summary>Blocks of a block-diagonal term begin at multiples of it.</summary>
    public const int WideTile = 128;

    private const int Threads = 128, NarrowTile = 64, WideStages = 3, NarrowStages = 4;

    /// <summary>Bytes of a stage for each row or column of the tile: 32 of k, for A and for B.</summary>
    private const int StageBytes = 2 * 32 * 2;

    /// <summary>
    /// Wide tiles, unless the product is narrow. How many rows a product of tokens has decides nothing: where A is
    /// transposed its rows are outputs, and the tokens are summed over.
    /// </summary>
    public static GemmBf16Shape For(in GemmCall call)
    {
        bool isNarrow = call.N <= NarrowTile || (call.A.Transposed && call.M <= NarrowTile);
        return Of(call.A.Transposed, call.B.Transposed, isNarrow);
    }

    public static GemmBf16Shape Of(bool aTransposed, bool bTransposed, bool isNarrow)
    {
        string kernel = $"gemm_bf16_{(aTransposed ? 't' : 'n')}{(bTransposed ? 't' : 'n')}";
        return isNarrow
            ? new GemmBf16Shape($"{kernel}_narrow", NarrowTile, NarrowStages * NarrowTile * StageBytes)
            : new GemmBf16Shape(kernel, WideTile, WideStages * WideTile * StageBytes);
    }

    public LaunchShape Launch(int m, int n) => GemmF32Shape.Tiled(m, Tile, n, Tile, Threads, SharedBytes);
}

/// <summary>The kernel of kernels/gemm_f32.cu.</summary>
internal static class GemmF32Shape
{
    public const string Source = "gemm_f32", Kernel = "gemm_f32";

    private const int Threads = 128, TileRows = 64, TileColumns = 128;

    public static LaunchShape Launch(int m, int n) => Tiled(m, TileRows, n, TileColumns, Threads, 0);

    internal static LaunchShape Tiled(int m, int tileRows, int n, int tileColumns, int threads, int sharedBytes)
    {
        long tiles = ((m + (long)tileRows - 1) / tileRows) * ((n + (long)tileColumns - 1) / tileColumns);
        return new LaunchShape(new Dim3(checked((uint)tiles)), new Dim3((uint)threads), (uint)sharedBytes);
    }
}
