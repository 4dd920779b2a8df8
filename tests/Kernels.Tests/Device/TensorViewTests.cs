using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Device;

/// <summary>Views of tensors: which elements they have, and when several of them are one.</summary>
public sealed class TensorViewTests : IDisposable
{
    private const int Rows = 4, Columns = 10;

    private readonly HostArena _arena = new("views");
    private readonly Tensor _whole;

    public TensorViewTests() => _whole = _arena.Allocate("whole", DType.F32, Rows, Columns);

    public void Dispose() => _arena.Dispose();

    /// <summary>Against the places of all their elements.</summary>
    [Property(MaxTest = 1000)]
    public bool Views_overlap_where_they_share_an_element(byte[] choice)
    {
        Tensor a = View(choice, 0), b = View(choice, 4);
        bool isShared = Places(a).Intersect(Places(b)).Any();
        return a.Overlaps(b) == isShared && b.Overlaps(a) == isShared;
    }

    [Fact]
    public void Columns_side_by_side_are_one()
    {
        Tensor[] parts = [_whole.Columns(1, 3), _whole.Columns(4, 2), _whole.Columns(6, 4)];
        Tensor joined = Tensor.SideBySide(parts)!;
        Assert.Equal((new Shape(Rows, 9), (long)Columns, false), (joined.Shape, joined.Stride, joined.IsDense));
        Assert.Equal(Places(_whole.Columns(1, 9)), Places(joined));
        Assert.True(Tensor.SideBySide([_whole.Columns(0, 4), _whole.Columns(4, 6)])!.IsDense);
        Assert.Null(Tensor.SideBySide([parts[0], parts[2]]));
        Assert.Null(Tensor.SideBySide([parts[1], parts[0]]));
        Assert.Null(Tensor.SideBySide([_whole.Columns(7, 3), _whole.Slice(1, 3).Columns(0, 2)]));
        Assert.Null(Tensor.SideBySide([parts[0].Slice(0, 2), parts[1]]));
        Assert.Null(Tensor.SideBySide([_whole, _arena.Allocate("other", DType.F32, Rows, Columns)]));
    }

    [Fact]
    public void Entries_one_above_another_are_one()
    {
        Tensor joined = Tensor.Stacked([_whole.Slice(0, 1), _whole.Slice(1, 2)])!;
        Assert.Equal((new Shape(3, Columns), _whole.Address, "whole"), (joined.Shape, joined.Address, joined.Name));
        Assert.Null(Tensor.Stacked([_whole.Slice(0, 1), _whole.Slice(2, 1)]));
        Assert.Null(Tensor.Stacked([_whole.Columns(0, 5), _whole.Columns(5, 5)]));
        Tensor[] apart = [_arena.Allocate("a", DType.F32, 2, 8), _arena.Allocate("b", DType.F32, 2, 8)];
        Assert.Null(Tensor.Stacked(apart));
    }

    [Fact]
    public void What_columns_cannot_be_is_an_error()
    {
        Tensor view = _whole.Columns(2, 3);
        Assert.Contains("expected a dense tensor", Assert.Throws<InvalidOperationException>(Read).Message);
        Assert.Contains("expected a dense tensor", Assert.Throws<ArgumentException>(() => view.Reshape(12)).Message);
        Assert.Contains("expected them within", Assert.Throws<ArgumentOutOfRangeException>(
            () => _whole.Columns(8, 3)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => _whole.Reshape(40).Columns(0, 1));

        void Read() => view.Span<float>();
    }

    private Tensor View(byte[] choice, int from)
    {
        int At(int i, int most) => from + i < choice.Length ? choice[from + i] % (most + 1) : 0;

        int row = At(0, Rows), column = At(1, Columns);
        return _whole.Slice(row, At(2, Rows - row)).Columns(column, At(3, Columns - column));
    }

    private IEnumerable<long> Places(Tensor view)
    {
        long first = (view.Address - _whole.Address) / sizeof(float);
        for (int row = 0; row < view.Shape[0]; row++)
        {
            for (int column = 0; column < view.Shape[1]; column++)
                yield return first + (row * view.Stride) + column;
        }
    }
}
