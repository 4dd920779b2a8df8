using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// Ops over columns of wider matrices have the bits that they have over dense ones, and leave the other columns alone.
/// </summary>
public abstract class ColumnsTests(TestBackend backend) : BackendSuite(backend)
{
    private const int Tokens = 70;

    private readonly Dictionary<Tensor, Tensor> _wholeOf = [];

    public static TheoryData<HeadShape> Shapes { get; } =
        [new HeadShape(4, 2, 24), new HeadShape(3, 1, 64), new HeadShape(2, 1, 6), new HeadShape(6, 2, 12)];

    [Theory]
    [InlineData(5, 8)]
    [InlineData(3, 2064)]
    [InlineData(7, 1031)]
    public void SwiGlu(int rows, int width)
    {
        float[][] values = [.. Enumerable.Range(0, 3).Select(i => Normal(i, rows * width))];
        float[][] dense = Run(new Matrix(this, 0, [values[0], values[1]], rows, [width, width]).Apart());
        foreach (int margin in (int[])[0, 8, 3])
        {
            var together = new Matrix(this, margin, [values[0], values[1]], rows, [width, width]);
            Assert.Equal(dense, Run(together.Views));
            together.AssertMargin();
        }

        float[][] Run(Tensor[] gateUp)
        {
            Tensor y = EmptyActivation("y", rows, width), dy = Activation("dy", values[2], rows, width);
            Backend.SwiGlu(gateUp[0], gateUp[1], y);
            float[] first = Values(y);
            Backend.SwiGluBackward(dy, gateUp[0], gateUp[1], gateUp[0], gateUp[1], dy);
            return [first, Values(dy), .. gateUp.Select(Read)];
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rotation(HeadShape heads)
    {
        foreach (bool isNormed in (bool[])[false, true])
        {
            QkNorm? norm = isNormed
                ? new QkNorm(
                    Make("query norm", Normal(7, heads.HeadDim, mean: 1), heads.HeadDim),
                    Make("key norm", Normal(8, heads.HeadDim, mean: 1), heads.HeadDim), 1e-6f)
                : null;
            float[][] dense = Run(Packed(heads, 1).Apart(), Packed(heads, 4).Apart());
            Matrix x = Packed(heads, 1, 3 * heads.HeadDim), gradient = Packed(heads, 4, heads.HeadDim);
            Assert.Equal(dense, Run(x.Views, gradient.Views));
            x.AssertMargin();
            gradient.AssertMargin();

            float[][] Run(Tensor[] x, Tensor[] d)
            {
                Tensor q = EmptyActivation("q", Tokens, heads.QuerySize);
                Tensor k = EmptyActivation("k", Tokens, heads.KeyValueSize);
                Tensor dNorm = Empty("gradient of query norm", heads.HeadDim);
                SequenceLayout layout = Layout();
                Backend.QkNormRope(x[0], x[1], heads, norm, Table(heads), layout, q, k);
                Backend.QkNormRopeBackward(
                    d[0], d[1], x[0], x[1], heads, norm, Table(heads), layout, isNormed ? dNorm : null, null);
                Backend.QkNormRope(x[0], x[1], heads, norm, Table(heads), layout, x[0], x[1]);
                return [Values(q), Values(k), Values(dNorm), .. x.Select(Read), .. d.Select(Read)];
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Attention(HeadShape heads)
    {
        float[][] dense = Run(Packed(heads, 1).Apart(), Packed(heads, 4).Apart());
        Matrix x = Packed(heads, 1, heads.HeadDim), gradient = Packed(heads, 4, 2 * heads.HeadDim);
        Assert.Equal(dense, Run(x.Views, gradient.Views));
        x.AssertMargin();
        gradient.AssertMargin();

        float[][] Run(Tensor[] x, Tensor[] d)
        {
            Tensor y = EmptyActivation("y", Tokens, heads.QuerySize), lse = Empty("lse", Tokens, heads.QueryHeads);
            Tensor dy = Activation("dy", Normal(9, Tokens * heads.QuerySize), Tokens, heads.QuerySize);
            SequenceLayout layout = Layout();
            Backend.Attention(x[0], x[1], x[2], heads, layout, y, lse);
            Backend.AttentionBackward(dy, x[0], x[1], x[2], y, lse, heads, layout, d[0], d[1], d[2]);
            return [Values(y), Values(lse), .. x.Select(Read), .. d.Select(Read)];
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void AttentionOverPages(HeadShape heads)
    {
        float[] dense = Run(Packed(heads, 1).Apart());
        Assert.Equal(dense, Run(Packed(heads, 1, heads.HeadDim).Views));

        float[] Run(Tensor[] x)
        {
            Tensor keys = EmptyActivation("keys", 4, Backend.PageElements(heads));
            Tensor values = EmptyActivation("values", 4, Backend.PageElements(heads));
            Tensor y = EmptyActivation("y", Tokens, heads.QuerySize);
            SequenceLayout tokens = AttentionProblem.MakeLayout(Bench, [Tokens - 3, 3]);
            var layout = new PagedLayout(tokens, [0, 0], [[2, 0], [3]]);
            Backend.AppendToPages(x[1], x[2], heads, layout, keys, values);
            Backend.AttentionPaged(x[0], keys, values, heads, layout, y);
            return Values(y);
        }
    }

    /// <summary>Columns of no whole heads, and outputs that share elements with inputs.</summary>
    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        var heads = new HeadShape(2, 1, 8);
        Tensor odd = EmptyActivation("odd", Tokens, 36), y = EmptyActivation("y", Tokens, 16);
        Tensor lse = Empty("lse", Tokens, 2);
        Assert.Contains("whole heads of 8", Refusal(() => Backend.Attention(
            odd.Columns(0, 16), odd.Columns(16, 8), odd.Columns(24, 8), heads, Layout(), y, lse)));
        Tensor even = EmptyActivation("even", Tokens, 40);
        Assert.Contains("expected separate memory", Refusal(() => Backend.QkNormRope(
            even.Columns(0, 16), even.Columns(16, 8), heads, null, Table(heads), Layout(), even.Columns(8, 16),
            even.Columns(32, 8))));
        Assert.Contains("as far apart", Refusal(
            () => Backend.SwiGlu(even.Columns(0, 8), odd.Columns(0, 8), even.Columns(8, 8))));
    }

    private SequenceLayout Layout() => AttentionProblem.MakeLayout(Bench, [Tokens - 5, 5]);

    private RotaryTable Table(HeadShape heads) => new(
        Make("cos", Normal(20, Tokens * heads.HeadDim / 2), Tokens, heads.HeadDim / 2),
        Make("sin", Normal(21, Tokens * heads.HeadDim / 2), Tokens, heads.HeadDim / 2));

    /// <summary>Queries, keys and values.</summary>
    private Matrix Packed(HeadShape heads, int seed, int margin = 0)
    {
        int[] widths = [heads.QuerySize, heads.KeyValueSize, heads.KeyValueSize];
        return new Matrix(this, margin, [.. widths.Select((w, i) => Normal(seed + i, Tokens * w))], Tokens, widths);
    }

    /// <summary>The values of a tensor, or of columns: by way of the whole.</summary>
    private float[] Read(Tensor x)
    {
        if (x.IsDense)
            return Values(x);
        Tensor all = _wholeOf[x];
        int first = (int)((x.Address - all.Address) / x.Type.Size());
        return [.. Values(all).Chunk(all.Shape[1]).SelectMany(row => row[first..(first + x.Shape[1])])];
    }

    /// <summary>Matrices as columns of one, with columns of sevens behind them; or each by itself.</summary>
    private sealed class Matrix
    {
        private const float Seven = 7;

        private readonly ColumnsTests _suite;
        private readonly float[][] _values;
        private readonly int[] _widths;
        private readonly int _rows;
        private readonly Tensor _whole;

        public Matrix(ColumnsTests suite, int margin, float[][] values, int rows, int[] widths)
        {
            (_suite, _values, _rows, _widths) = (suite, values, rows, widths);
            float[] all =
            [
                .. Enumerable.Range(0, rows).SelectMany(r => values
                    .SelectMany((v, i) => v[(r * widths[i])..((r + 1) * widths[i])])
                    .Concat(Enumerable.Repeat(Seven, margin))),
            ];
            _whole = suite.Activation("whole", all, rows, widths.Sum() + margin);
            Views = [.. widths.Select((w, i) => _whole.Columns(widths.Take(i).Sum(), w))];
            foreach (Tensor view in Views)
                suite._wholeOf[view] = _whole;
        }

        public Tensor[] Views { get; }

        public Tensor[] Apart() => [.. _widths.Select((w, i) => _suite.Activation("apart", _values[i], _rows, w))];

        public void AssertMargin() => Assert.All(
            _suite.Values(_whole).Chunk(_whole.Shape[1]).SelectMany(row => row[_widths.Sum()..]),
            x => Assert.Equal(Seven, x));
    }
}

public sealed class ScalarColumnsTests() : ColumnsTests(TestBackend.Scalar);

public sealed class Vector256ColumnsTests() : ColumnsTests(TestBackend.Vector256);

public sealed class Vector512ColumnsTests() : ColumnsTests(TestBackend.Vector512);

public sealed class VirtualF32ColumnsTests() : ColumnsTests(TestBackend.VirtualF32);

public sealed class VirtualBf16ColumnsTests() : ColumnsTests(TestBackend.VirtualBf16);
