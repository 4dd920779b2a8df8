using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests;

/// <summary>What attention refuses, above every backend: the message names the thing that is wrong.</summary>
public abstract class AttentionValidationTests : BackendSuite
{
    private static readonly HeadShape Heads = new(4, 2, 8);

    private readonly SequenceLayout _layout;
    private readonly Tensor _q, _k, _v, _y, _lse, _dy, _dq, _dk, _dv;

    protected AttentionValidationTests(TestBackend backend)
        : base(backend)
    {
        var problem = new AttentionProblem(Bench, Heads, [new(1, 5), new(2, 4)]);
        (_layout, _q, _k, _v) = (problem.Layout, problem.Make("q"), problem.Make("k"), problem.Make("v"));
        (_y, _lse, _dy) = (problem.Result("q", "y"), Empty("lse", 9, 4), problem.Make("dy"));
        (_dq, _dk, _dv) = (problem.Result("q", "dq"), problem.Result("k", "dk"), problem.Result("v", "dv"));
    }

    [Fact]
    public void ShapesAndHeads()
    {
        AssertRefused("k (q)", () => Backend.Attention(_q, _q, _v, Heads, _layout, _y, _lse));
        AssertRefused("lse (y)", () => Backend.Attention(_q, _k, _v, Heads, _layout, _y, _y));
        AssertRefused("heads", () => Backend.Attention(_q, _k, _v, new HeadShape(4, 3, 8), _layout, _y, _lse));
        AssertRefused("heads", () => Backend.Attention(_q, _k, _v, new HeadShape(4, 0, 8), _layout, _y, _lse));
        AssertRefused("heads", () => Paged(heads: new HeadShape(4, 3, 8)));
        AssertRefused("dy (k)", () => Backward(dy: _k));
        AssertRefused("dk (dq)", () => Backward(dk: _dq));
    }

    [Fact]
    public void Layouts()
    {
        SequenceLayout descending = _layout with { DocumentStarts = [0, 7, 5, 9] };
        AssertRefused("ascend from 0, got 5 at 2", () => Backend.Attention(_q, _k, _v, Heads, descending, _y, _lse));
        SequenceLayout late = _layout with { DocumentStarts = [1, 5, 9] };
        AssertRefused("ascend from 0, got 1 at 0", () => Backend.Attention(_q, _k, _v, Heads, late, _y, _lse));
        SequenceLayout other = _layout with { DocumentStarts = [0, 5, 8] };
        AssertRefused("layout: expected 9 tokens", () => Backend.Attention(_q, _k, _v, Heads, other, _y, _lse));
    }

    [Fact]
    public void Overlap()
    {
        AssertRefused("q and q", () => Backend.Attention(_q, _k, _v, Heads, _layout, _q, _lse));
        AssertRefused("q and q", () => Backward(dq: _q));
        AssertRefused("dk and dk", () => Backward(dv: _dk));
        AssertRefused("v and v", () => Backward(dv: _v));
        AssertRefused("q and q", () => Paged(y: _q));
    }

    [Fact]
    public void PagesOfSequences()
    {
        AssertRefused("sequence 0: expected a start of at least 0 and 1 pages for 4 tokens, got -1 and 1",
            () => Paged(starts: [-1, 0]));
        AssertRefused("sequence 1: expected a start of at least 0 and 2 pages for 65 tokens, got 61 and 1",
            () => Paged(starts: [0, 61]));
        AssertRefused("sequence 1: expected pages 0 .. 1, got 2", () => Paged(pages: [[0], [2]]));
        AssertRefused("sequence 1: expected pages 0 .. 1, got -1", () => Paged(pages: [[0], [-1]]));
        AssertRefused("expected 2 starts and lists of pages", () => Paged(starts: [0]));
        AssertRefused("expected 2 starts and lists of pages", () => Paged(pages: [[0]]));
        AssertRefused("keys (v)", () => Paged(keys: _v));
    }

    private void Paged(
        HeadShape? heads = null, int[]? starts = null, int[][]? pages = null, Tensor? keys = null, Tensor? y = null)
    {
        Tensor cache = EmptyActivation("pages", 2, Backend.PageElements(Heads));
        Backend.AttentionPaged(
            _q, keys ?? cache, cache, heads ?? Heads, new PagedLayout(_layout, starts ?? [0, 0], pages ?? [[0], [1]]),
            y ?? _y);
    }

    private void Backward(
        Tensor? dy = null, Tensor? dq = null, Tensor? dk = null, Tensor? dv = null) =>
        Backend.AttentionBackward(
            dy ?? _dy, _q, _k, _v, _y, _lse, Heads, _layout, dq ?? _dq, dk ?? _dk, dv ?? _dv);

    private static void AssertRefused(string part, Action call) =>
        Assert.Contains(part, Assert.Throws<ArgumentException>(call).Message);
}

public sealed class ScalarAttentionValidationTests() : AttentionValidationTests(TestBackend.Scalar);

public sealed class VirtualF32AttentionValidationTests() : AttentionValidationTests(TestBackend.VirtualF32);

public sealed class VirtualBf16AttentionValidationTests() : AttentionValidationTests(TestBackend.VirtualBf16);
