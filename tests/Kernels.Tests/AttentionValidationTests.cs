using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Tests;

/// <summary>What attention refuses, above every backend: the message names the thing that is wrong.</summary>
public sealed class AttentionValidationTests : IDisposable
{
    private static readonly HeadShape Heads = new(4, 2, 8);

    private readonly Ops.Ops _ops = Backends.Cpu(SimdLevel.Scalar, threads: 1);
    private readonly AttentionProblem _p;

    public AttentionValidationTests() => _p = new AttentionProblem(_ops, Heads, [new(1, 5), new(2, 4)]);

    public void Dispose()
    {
        _p.Dispose();
        _ops.Dispose();
    }

    [Fact]
    public void ShapesAndHeads()
    {
        AssertRefused("k (q)", () => _ops.Attention(_p.Q, _p.Q, _p.V, Heads, _p.Layout, _p.Y, _p.Lse));
        AssertRefused("lse (y)", () => _ops.Attention(_p.Q, _p.K, _p.V, Heads, _p.Layout, _p.Y, _p.Y));
        AssertRefused("heads", () => _ops.Attention(_p.Q, _p.K, _p.V, new HeadShape(4, 3, 8), _p.Layout, _p.Y, _p.Lse));
        AssertRefused("heads", () => _ops.Attention(_p.Q, _p.K, _p.V, new HeadShape(4, 0, 8), _p.Layout, _p.Y, _p.Lse));
        AssertRefused("heads", () => _ops.AttentionCached(_p.Q, _p.K, _p.V, new HeadShape(4, 3, 8), 0, _p.Y));
        AssertRefused("dy (k)", () => Backward(dy: _p.K));
        AssertRefused("dk (dq)", () => Backward(dk: _p.Dq));
    }

    [Fact]
    public void Layouts()
    {
        SequenceLayout descending = _p.Layout with { DocumentStarts = [0, 7, 5, 9] };
        AssertRefused("ascend from 0, got 5 at 2", () => _ops.Attention(_p.Q, _p.K, _p.V, Heads, descending, _p.Y, _p.Lse));
        SequenceLayout late = _p.Layout with { DocumentStarts = [1, 5, 9] };
        AssertRefused("ascend from 0, got 1 at 0", () => _ops.Attention(_p.Q, _p.K, _p.V, Heads, late, _p.Y, _p.Lse));
        SequenceLayout other = _p.Layout with { DocumentStarts = [0, 5, 8] };
        AssertRefused("layout: expected 9 tokens", () => _ops.Attention(_p.Q, _p.K, _p.V, Heads, other, _p.Y, _p.Lse));
    }

    [Fact]
    public void Overlap()
    {
        AssertRefused("q and q", () => _ops.Attention(_p.Q, _p.K, _p.V, Heads, _p.Layout, _p.Q, _p.Lse));
        AssertRefused("q and q", () => Backward(dq: _p.Q));
        AssertRefused("dk and dk", () => Backward(dv: _p.Dk));
        AssertRefused("v and v", () => Backward(dv: _p.V));
        AssertRefused("q and q", () => _ops.AttentionCached(_p.Q, _p.K, _p.V, Heads, 0, _p.Q));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void CacheTooShort(int start) =>
        AssertRefused($"start: expected 0 .. 0 (9 new tokens in a cache of 9 entries), got {start}",
            () => _ops.AttentionCached(_p.Q, _p.K, _p.V, Heads, start, _p.Y));

    private void Backward(
        Tensor? dy = null, Tensor? dq = null, Tensor? dk = null, Tensor? dv = null) =>
        _ops.AttentionBackward(
            dy ?? _p.Dy, _p.Q, _p.K, _p.V, _p.Y, _p.Lse, Heads, _p.Layout, dq ?? _p.Dq, dk ?? _p.Dk, dv ?? _p.Dv);

    private static void AssertRefused(string part, Action call) => Assert.Contains(part, Assert.Throws<ArgumentException>(call).Message);
}
