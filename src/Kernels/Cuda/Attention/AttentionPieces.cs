using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda.Attention;

/// <summary>How kernels/attention_cached.cu divides a cache.</summary>
/// <param name="Tokens">New ones.</param>
/// <param name="Entries">Entries of the cache that the last of them sees.</param>
internal readonly record struct AttentionPieces(HeadShape Heads, bool IsBf16, int Tokens, int Entries)
{
    public const string Source = "attention_cached";

    /// <summary>New tokens up to which this path is taken: each reads the cache for itself.</summary>
    public const int MaxTokens = 8;

    private const int PieceEntries = 64;
    private const int SumBytes = 8192;
    private const int LargestSharedBytes = 99 * 1024;

    /// <summary>Whether it is the way for so many tokens, and a group's scores fit.</summary>
    public bool IsFit => Tokens <= MaxTokens && SharedBytes <= LargestSharedBytes;

    public int Count => (Entries + PieceEntries - 1) / PieceEntries;

    /// <summary>Floats that the pieces leave.</summary>
    public long Results => Extremes / 2 * Width;

    /// <summary>Floats of their maxima and sums.</summary>
    public long Extremes => 2L * Tokens * Heads.QueryHeads * Count;

    public LaunchShape Shape =>
        new(new Dim3((uint)Count, (uint)Heads.KeyValueHeads, (uint)Tokens), new Dim3(128), (uint)SharedBytes);

    public LaunchShape JoinShape => new(new Dim3((uint)Heads.QueryHeads, (uint)Tokens), new Dim3(128));

    private int Width => (Heads.HeadDim + 7) / 8 * 8;

    private int SharedBytes
    {
        get
        {
            int rowBytes = Width * (IsBf16 ? 2 : 4);
            int pitch = rowBytes % 32 == 0 ? rowBytes + 16 : rowBytes;
            return Math.Max(PieceEntries * pitch, SumBytes) + PieceEntries * rowBytes
                + 4 * Heads.Group * (Width + 2 * PieceEntries);
        }
    }
}
