using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda.Attention;

/// <summary>A launch of kernels/attention_paged.cu.</summary>
/// <param name="Tokens">Rows of its table.</param>
/// <param name="Count">The most pages that one of them sees.</param>
internal readonly record struct AttentionPieces(HeadShape Heads, bool IsBf16, int Tokens, int Count)
{
    public const string Source = "attention_paged";

    /// <summary>New tokens of a sequence up to which this path is taken: each reads the cache for itself.</summary>
    public const int MaxTokens = 8;

    /// <summary>Floats that pages may leave in one launch: 64 MB.</summary>
    private const long MostResults = 1 << 24;

    private const int PieceEntries = PagedLayout.PageTokens;
    private const int SumBytes = 8192;
    private const int LargestSharedBytes = 99 * 1024;

    /// <summary>Whether a group's scores fit.</summary>
    public bool IsFit => SharedBytes <= LargestSharedBytes;

    /// <summary>Tokens of one launch, at most.</summary>
    public int MostTokens =>
        (int)Math.Clamp(MostResults / ((long)Heads.QueryHeads * Count * Width), 1, ushort.MaxValue);

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
