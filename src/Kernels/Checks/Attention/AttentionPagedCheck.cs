using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cuda.Attention;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Checks.Attention;

/// <summary>attention_paged_* against float64, its pages joined here.</summary>
internal sealed class AttentionPagedCheck(bool isBf16)
    : KernelCheck(AttentionPieces.Source, $"attention_paged_{(isBf16 ? "bf16" : "f32")}", "relative L2 error of 2e-6")
{
    public override void Run(KernelTrial trial)
    {
        (HeadShape Heads, int[] Seen)[] cases =
        [
            (new(7, 1, 64), [129]), (new(4, 2, 128), [63, 64, 65, 200]), (new(4, 4, 96), [1, 130]),
            (new(2, 1, 20), [192, 193, 5]), (new(3, 1, 5), [71, 72]),
            trial.IsCounting ? (new(4, 2, 128), [1024]) : (new(32, 8, 128), [16384, 100]),
        ];
        foreach ((HeadShape heads, int[] seen) in cases)
        {
            trial.Case(
                $"tokens that see {string.Join(", ", seen)}, {heads}", c => Try(c, heads, seen),
                heads == cases[^1].Heads);
        }
    }

    /// <summary>Each token has a sequence of its own, its pages in no order; rows of q are turned round.</summary>
    private void Try(KernelCase one, HeadShape heads, int[] seen)
    {
        int[] counts = Array.ConvertAll(seen, PagedLayout.PagesOf);
        int all = counts.Sum(), page = PagedLayout.PageTokens * heads.KeyValueSize;
        int[] pages = [.. Enumerable.Range(0, all).Reverse()];
        var pieces = new AttentionPieces(heads, isBf16, seen.Length, counts.Max());
        float[] q = Held(CheckValues.Uniform(seen.Length * heads.QuerySize, 1, 2));
        float[] k = Held(CheckValues.Uniform(all * page, 2, 2)), v = Held(CheckValues.Uniform(all * page, 3));
        int[] table = new int[seen.Length * PagedTables.TokenWidth];
        for (int i = 0, first = 0; i < seen.Length; first += counts[i++])
            ((int[])[seen.Length - 1 - i, seen[i], first, 0]).CopyTo(table, i * PagedTables.TokenWidth);

        // Of pages that a token does not see nothing is written.
        DeviceMemory results = one.Input<float>("results", NaN(pieces.Results));
        DeviceMemory extremes = one.Input<float>("extremes", NaN(pieces.Extremes));
        DeviceMemory queries = Input("q", q), keys = Input("keys", k), values = Input("values", v);
        DeviceMemory tokens = one.Input<int>("tokens", table), list = one.Input<int>("pages", pages);
        one.Launch(
            pieces.Shape, 2L * seen.Sum() * heads.KeyValueSize * (isBf16 ? 2 : 4),
            a => a.Add(queries).Add(keys).Add(values).Add(results).Add(extremes).Add(tokens).Add(list)
                .Add(new AttentionShape(heads)));
        var parts = new float[pieces.Results];
        var bounds = new float[pieces.Extremes];
        results.Download(parts.AsSpan());
        extremes.Download(bounds.AsSpan());
        float[] got = AttentionJoinCheck.Join(parts, bounds, pieces, seen);
        long written = pieces.Results / pieces.Count / seen.Length * counts.Sum();
        if (parts.Count(float.IsNaN) != pieces.Results - written)
            throw new KernelCheckException("results: expected those of pages that are seen, and no others");
        var truth = new float[got.Length];
        for (int i = 0, first = 0; i < seen.Length; first += counts[i++])
        {
            for (int h = 0; h < heads.QueryHeads; h++)
            {
                int row = ((seen.Length - 1 - i) * heads.QuerySize) + (h * heads.HeadDim);
                Truth(
                    q.AsSpan(row, heads.HeadDim), k, v, heads, h / heads.Group, seen[i], pages.AsSpan(first),
                    truth.AsSpan((i * heads.QuerySize) + (h * heads.HeadDim), heads.HeadDim));
            }
        }

        one.ExpectWhole("y", got, truth, AttentionJoinCheck.Tolerance);

        DeviceMemory Input(string name, float[] x) =>
            isBf16 ? one.Input<ushort>(name, Array.ConvertAll(x, Bf16.Round)) : one.Input<float>(name, x);
    }

    private static float[] NaN(long count)
    {
        var values = new float[count];
        Array.Fill(values, float.NaN);
        return values;
    }

    private float[] Held(float[] values) =>
        isBf16 ? Array.ConvertAll(values, x => Bf16.Widen(Bf16.Round(x))) : values;

    private static void Truth(
        ReadOnlySpan<float> q, float[] k, float[] v, HeadShape heads, int head, int seen, ReadOnlySpan<int> pages,
        Span<float> y)
    {
        const int Page = PagedLayout.PageTokens;
        int d = heads.HeadDim;
        var weights = new double[seen];
        for (int i = 0; i < seen; i++)
        {
            int at = ((((pages[i / Page] * Page) + (i % Page)) * heads.KeyValueHeads) + head) * d;
            double sum = 0;
            for (int c = 0; c < d; c++)
                sum += (double)q[c] * k[at + c];
            weights[i] = sum / Math.Sqrt(d);
        }

        double top = weights.Max(), all = 0;
        var result = new double[d];
        for (int i = 0; i < seen; i++)
        {
            int at = ((((pages[i / Page] * Page) + (i % Page)) * heads.KeyValueHeads) + head) * d;
            double weight = Math.Exp(weights[i] - top);
            all += weight;
            for (int c = 0; c < d; c++)
                result[c] += weight * v[at + c];
        }

        for (int c = 0; c < d; c++)
            y[c] = (float)(result[c] / all);
    }
}
