using System.Runtime.InteropServices;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>A tile's logits with sets and sums of tails: what head_tail and head_gradient read.</summary>
internal sealed class HeadTileCase
{
    private const int Capacity = 8;

    private readonly int[] _ids;
    private readonly HeadArguments.Set[] _sets;
    private readonly int _start;

    /// <param name="start">First row of the vocabulary in the tile.</param>
    /// <param name="logits">Rows of <see cref="HeadEmulation.Stride"/>.</param>
    /// <param name="tails">Before the tile.</param>
    public HeadTileCase(KernelCase one, int tokens, int width, int start, float[] logits, HeadArguments.Tail[] tails)
    {
        (Tokens, Width, Stride, Logits, _start) = (tokens, width, HeadEmulation.Stride(width), logits, start);

        // Ids before, in and behind the tile, its first and its last among them.
        int end = start + width;
        _ids = [.. Enumerable.Range(0, tokens).SelectMany(i => (int[])
            [start + (i % width), start - 1, end, start, end - 1, start + (width / 2), 7_000_000, start])];
        _sets = [.. Enumerable.Range(0, tokens).Select(i => new HeadArguments.Set((i % 3 * 3) + 1, 0))];

        // Of an id that stands twice in a set either coefficient may win: they are equal.
        Coefficients = Array.ConvertAll(_ids, id => (id % 997 * 0.001f) - 0.3f);
        LogitsMemory = one.Input<float>("logits", logits);
        TailsMemory = one.Input<HeadArguments.Tail>("tails", tails);
        Tile = new HeadArguments.Tile(LogitsMemory.Address, Stride, start, width);
        Sets = new HeadArguments.Sets(
            one.Input<int>("ids", _ids).Address, one.Input<HeadArguments.Set>("sets", _sets).Address, 0,
            one.Input<float>("coefficients", Coefficients).Address, Capacity);
    }

    public int Tokens { get; }

    public int Width { get; }

    public int Stride { get; }

    public float[] Logits { get; }

    public float[] Coefficients { get; }

    public DeviceMemory LogitsMemory { get; }

    public DeviceMemory TailsMemory { get; }

    public HeadArguments.Tile Tile { get; }

    public HeadArguments.Sets Sets { get; }

    public LaunchShape Shape => new(new Dim3((uint)Tokens), new Dim3(HeadEmulation.Threads));

    /// <summary>Columns of token i's set in the tile, each with its place among the coefficients.</summary>
    public IEnumerable<(int Column, int Entry)> InTile(int i) => Enumerable.Range(i * Capacity, _sets[i].Count)
        .Select(e => (Column: _ids[e] - _start, Entry: e))
        .Where(c => c.Column >= 0 && c.Column < Width);

    /// <summary>Tokens and width for a count of logits.</summary>
    public static (int Tokens, int Width) OfCount(int count) =>
        (Math.Max(1, count / HeadEmulation.LargestTile), Math.Min(count, HeadEmulation.LargestTile));

    /// <summary>Compares sums, exponents and whether they began.</summary>
    public static void Expect(KernelCase one, DeviceMemory tails, HeadArguments.Tail[] expected) =>
        one.Expect<double>(tails, MemoryMarshal.Cast<HeadArguments.Tail, double>(expected), Tolerance.BitsOrNaN);
}
