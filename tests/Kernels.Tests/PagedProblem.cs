using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests;

/// <summary>The documents of a problem as sequences in a cache, whose pages lie in no order.</summary>
internal sealed class PagedProblem
{
    private readonly Bench _bench;
    private readonly HeadShape _heads;
    private readonly AttentionProblem _problem;
    private readonly int[][] _pages;

    public PagedProblem(Bench bench, HeadShape heads, AttentionProblem problem)
    {
        (_bench, _heads, _problem) = (bench, heads, problem);
        int[] starts = problem.Layout.DocumentStarts;
        _pages = new int[problem.Layout.Documents][];
        int all = 1;
        for (int d = 0; d < _pages.Length; d++)
        {
            int count = PagedLayout.PagesOf(starts[d + 1] - starts[d]);
            _pages[d] = [.. Enumerable.Range(all, count).Reverse()];
            all += count;
        }

        Keys = bench.EmptyActivation("key pages", all, bench.Backend.PageElements(heads));
        Values = bench.EmptyActivation("value pages", all, bench.Backend.PageElements(heads));
    }

    public Tensor Keys { get; }

    public Tensor Values { get; }

    /// <summary>y of tokens of documents, whose keys and values join the cache first.</summary>
    public float[] Step((int Document, int From, int To)[] parts, bool sameBits = false)
    {
        SequenceLayout tokens = AttentionProblem.MakeLayout(_bench, [.. parts.Select(p => p.To - p.From)]);
        var layout = new PagedLayout(
            tokens, [.. parts.Select(p => p.From)], [.. parts.Select(p => _pages[p.Document])]);
        Tensor y = _bench.MakeActivation(
            "y", [.. Enumerable.Repeat(float.NaN, tokens.Tokens * _heads.QuerySize)], tokens.Tokens, _heads.QuerySize);
        _bench.Backend.AppendToPages(Part("k"), Part("v"), _heads, layout, Keys, Values);
        _bench.Backend.AttentionPaged(Part("q"), Keys, Values, _heads, layout, y, sameBits);
        return _bench.Values(y);

        Tensor Part(string name)
        {
            int width = name == "q" ? _heads.QuerySize : _heads.KeyValueSize;
            float[] values =
            [
                .. parts.SelectMany(p => _problem.Part(_problem.Values(name), width, p.Document)
                    [(p.From * width)..(p.To * width)].ToArray()),
            ];
            return _bench.MakeActivation(name, values, tokens.Tokens, width);
        }
    }
}
