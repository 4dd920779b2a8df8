using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests.Device;

public sealed unsafe class ArenaTests
{
    [Fact]
    public void Out_of_memory_names_tensor_shape_and_type_and_lists_the_largest_allocations()
    {
        using var arena = new StingyArena(1 << 20);
        for (int i = 0; i < 12; i++)
            arena.Allocate($"x{i}", DType.F32, 1000 * (i + 1));
        var e = Assert.Throws<OutOfDeviceMemoryException>(() => arena.Allocate("logits", DType.BF16, 1024, 4096));
        string[] lines = e.Message.Split('\n');
        Assert.StartsWith("arena activations: no memory for logits BF16 [1024, 4096]: expected 8.0 MiB free", lines[0]);
        Assert.Equal(12, lines.Length);
        Assert.EndsWith("x11 F32 [12000]", lines[1]);
        Assert.EndsWith("x2 F32 [3000]", lines[10]);
        Assert.EndsWith("in 2 smaller ones", lines[11]);
        Assert.Equal(12, arena.Tensors.Count);
        Assert.Equal(78000 * 4, arena.Bytes);
    }

    [Fact]
    public void A_host_arena_that_cannot_grow_says_so()
    {
        using var arena = new HostArena("weights");
        var e = Assert.Throws<OutOfDeviceMemoryException>(() => arena.Allocate("w", DType.F64, int.MaxValue, 1 << 28));
        Assert.Contains("w F64 [2147483647, 268435456]", e.Message);
    }

    [Fact]
    public void Workspace_that_cannot_grow_says_so_and_is_still_usable()
    {
        using var scratch = new Scratch();
        scratch.Get("gemm.a", 100);
        scratch.Get("gemm.b", 100);
        var e = Assert.Throws<OutOfDeviceMemoryException>(() => Grow(scratch, 1L << 58));
        Assert.Contains("\"gemm.a\"", e.Message);
        Assert.Contains("gemm.b", e.Message.Split('\n')[1]);
        Assert.Equal(400, scratch.Bytes);
        Grow(scratch, 200);
        Assert.Equal(1200, scratch.Bytes);
        Assert.Throws<OverflowException>(() => Grow(scratch, long.MaxValue / 2));

        static void Grow(Scratch scratch, long count) => scratch.Get("gemm.a", count)[count - 1] = 1;
    }

    [Fact]
    public void A_shape_too_large_for_any_memory_is_an_error_of_the_caller()
    {
        var e = Assert.Throws<ArgumentException>(() => new Shape(int.MaxValue, int.MaxValue));
        Assert.Contains("[2147483647, 2147483647]", e.Message);
        Assert.Throws<ArgumentException>(() => new Shape(3, -1));
        Assert.Equal(0, new Shape(int.MaxValue, 0).Count);
        Assert.Equal(1, new Shape([]).Count);
    }

    [Fact]
    public void A_span_of_more_elements_than_it_can_count_is_refused_by_name()
    {
        var tensor = new Tensor("head", DType.BF16, new Shape(1 << 16, 1 << 15), 4096, null);
        Assert.Equal(1L << 32, tensor.Bytes);
        var e = Assert.Throws<InvalidOperationException>(() => { tensor.Span<ushort>(); });
        Assert.Contains("head: read as a span: expected at most 2147483647 elements, got 2147483648", e.Message);
        Assert.Equal(4096 + (60000L << 16), tensor.Slice(60000, 5).Address);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Slice(2, int.MaxValue));
    }

    [Fact]
    public void Heads_can_be_printed_whatever_they_are() =>
        Assert.Equal("9 query / 0 key-value heads of 64", new HeadShape(9, 0, 64).ToString());

    /// <summary>A device with so many bytes.</summary>
    private sealed class StingyArena(long bytes) : Arena("activations")
    {
        private long _left = bytes;

        protected override nint AllocateBytes(string name, long bytes) =>
            (_left -= bytes) < 0 ? throw new OutOfMemoryException() : 4096;

        protected override void Free()
        {
        }
    }
}
