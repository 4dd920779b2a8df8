namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// How a sum over k is cut into blocks: by K alone, at every vector width, since the cuts are part of the order of
/// summation. Each block is summed in registers from zero, k ascending, and added to C; blocks in ascending order.
/// </summary>
internal readonly struct KBlocks
{
    /// <summary>
    /// Longest block: a panel of 14 rows of A (35 KiB) and two panels of B fit the caches next to the core.
    /// </summary>
    private const int Longest = 640;

    /// <summary>Blocks but the last are whole multiples of it: two vectors of bf16.</summary>
    private const int Granule = 32;

    private readonly int _k;

    public KBlocks(int k)
    {
        _k = k;
        int blocks = (k + Longest - 1) / Longest;
        Largest = (((k + blocks - 1) / blocks) + Granule - 1) / Granule * Granule;
        Count = (k + Largest - 1) / Largest;
    }

    public int Count { get; }

    /// <summary>Depth of the blocks; the last may be shorter.</summary>
    public int Largest { get; }

    /// <summary>No block of a sum over so many k, or over fewer, is deeper.</summary>
    public static int LargestUpTo(int k) => Math.Min(Longest, (k + Granule - 1) / Granule * Granule);

    public int Start(int block) => block * Largest;

    public int Depth(int block) => Math.Min(Largest, _k - Start(block));
}
