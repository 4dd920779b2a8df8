using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Tensors;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.Kernels.Tests.Cuda;

/// <summary>Arenas in slabs, through the backend: what is shared out must not be shared.</summary>
public sealed class DeviceSlabsTests : IDisposable
{
    private readonly VirtualCudaDriver _driver = new(DeviceProfile.Sm80, process: new VirtualProcess());
    private readonly Ops.Ops _ops;

    public DeviceSlabsTests() => _ops = CudaBackend.Create(_driver, 0, KernelImages.Carried, DType.F32);

    public void Dispose() => _ops.Dispose();

    [Fact]
    public void Many_tensors_are_few_allocations_and_few_pages()
    {
        (long allocations, long held, long fills) = (_driver.Allocations, _driver.HeldBytes, _driver.Fills);
        using Arena arena = _ops.CreateArena("many");
        int[] counts = [.. Enumerable.Range(0, 600).Select(i => 1 + (i * 7919 % 30_000))];
        foreach (int count in counts)
            arena.Allocate($"x{count}", DType.F32, count);

        long wanted = counts.Sum(c => (c * 4L) + 255);
        Assert.InRange(_driver.HeldBytes - held, arena.Bytes, (wanted * 17 / 16) + (2 * DevicePages.Bytes));
        Assert.InRange(_driver.Allocations - allocations, 2, 30);
        Assert.Equal(_driver.Allocations - allocations, _driver.Fills - fills);
        Assert.All(arena.Tensors, t => Assert.Equal(0, t.Address % 256));
        Assert.All(arena.Tensors, t => Assert.All(Values(t), v => Assert.Equal(0, v)));
    }

    [Fact]
    public void What_is_expected_is_one_allocation_of_its_pages()
    {
        (long allocations, long held) = (_driver.Allocations, _driver.HeldBytes);
        using Arena arena = _ops.CreateArena("expected");
        void Allocate(Arena a)
        {
            for (int i = 0; i < 40; i++)
                a.Allocate($"x{i}", DType.F32, 250_001);
        }

        arena.Expect(Allocate);
        Allocate(arena);
        Assert.Equal(1, _driver.Allocations - allocations);
        Assert.Equal(DevicePages.Round(40 * 1_000_192), _driver.HeldBytes - held);
    }

    /// <summary>What does not come in one piece comes in several.</summary>
    [Fact]
    public void What_is_expected_beyond_what_is_there_is_taken_as_it_comes()
    {
        using var driver = new VirtualCudaDriver(DeviceProfile.Sm80 with { MemoryBytes = 40L << 20 });
        using Ops.Ops ops = CudaBackend.Create(driver, 0, KernelImages.Carried, DType.F32);
        using Arena arena = ops.CreateArena("expected");
        arena.Expect(a => a.Allocate("x", DType.F32, 1 << 28));
        Tensor x = arena.Allocate("x", DType.F32, 1000);
        Assert.All(Values(ops, x), v => Assert.Equal(0, v));
        var e = Assert.Throws<OutOfDeviceMemoryException>(() => arena.Allocate("y", DType.F32, 1 << 28));
        Assert.StartsWith("arena expected: no memory for y F32 [268435456]", e.Message);
    }

    /// <summary>One clear a slab where all is cleared, and never a byte of a neighbour.</summary>
    [Fact]
    public void What_lies_side_by_side_is_cleared_at_once_and_nothing_else()
    {
        using Arena arena = _ops.CreateArena("cleared"), other = _ops.CreateArena("other");
        Tensor[] all =
            [.. Enumerable.Range(0, 12).Select(i => arena.Allocate($"x{i}", DType.F32, i == 5 ? 0 : 70 + i))];
        Tensor foreign = other.Allocate("foreign", DType.F32, 9);
        Assert.Equal(1, Fills(() => _ops.Zero(all)));
        Cleared();
        Assert.Equal(2, Fills(() => _ops.Zero([.. all, foreign])));
        Cleared(foreign);

        // Two runs (1 to 3, 7), a slice, one twice, and one of another arena.
        Tensor slice = all[9].Slice(20, 30);
        Assert.Equal(4, Fills(() => _ops.Zero([all[3], all[1], slice, all[7], all[2], all[1], foreign])));
        float[] part = Values(all[9]);
        Assert.Equal(part.Length - 30, part.Count(v => v == 1));
        Assert.All(part[20..50], v => Assert.Equal(0, v));
        foreach (int i in (int[])[0, 4, 6, 8, 10, 11])
            Assert.All(Values(all[i]), v => Assert.Equal(1, v));
        foreach (Tensor x in (Tensor[])[all[1], all[2], all[3], all[7], foreign])
            Assert.All(Values(x), v => Assert.Equal(0, v));

        long Fills(Action zero)
        {
            foreach (Tensor x in (Tensor[])[.. all, foreign])
                _ops.Upload<float>([.. Enumerable.Repeat(1f, (int)x.Count)], x);
            long before = _driver.Fills;
            zero();
            return _driver.Fills - before;
        }

        void Cleared(params Tensor[] more) =>
            Assert.All([.. all, .. more], (Tensor x) => Assert.All(Values(x), v => Assert.Equal(0, v)));
    }

    /// <summary>Bytes behind the first tensor's end lie in the second, which the slab has right beside it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(75)]
    [InlineData(500)]
    public void A_kernel_that_writes_behind_its_tensor_is_seen_in_a_slab_too(int surplus)
    {
        using Arena arena = _ops.CreateArena("neighbours");
        Tensor x = arena.Allocate("x", DType.F32, 64);
        arena.Allocate("neighbour", DType.F32, 5000);
        Tensor source = arena.Allocate("source", DType.F32, 64 + surplus);
        var longer = new Tensor("x and more", DType.F32, new Shape(64 + surplus), x.Address, arena);
        _ops.Add(source, longer);
        var fault = Assert.Throws<VirtualGpuFault>(_ops.Synchronize);
        Assert.Equal((FaultKind.OutOfBounds, "x"), (fault.Kind, fault.Allocation));
    }

    [Fact]
    public void A_copy_behind_its_tensor_is_seen_in_a_slab_too()
    {
        using Arena arena = _ops.CreateArena("neighbours");
        Tensor x = arena.Allocate("x", DType.F32, 64);
        Tensor source = arena.Allocate("source", DType.F32, 65);
        _ops.Copy(source, new Tensor("x and more", DType.F32, new Shape(65), x.Address, arena));
        var fault = Assert.Throws<VirtualGpuFault>(_ops.Synchronize);
        Assert.Equal((FaultKind.OutOfBounds, "x"), (fault.Kind, fault.Allocation));
    }

    /// <summary>A tensor of an arena that is gone.</summary>
    [Fact]
    public void A_piece_goes_with_its_slab()
    {
        using Arena arena = _ops.CreateArena("gone");
        Tensor x = arena.Allocate("x", DType.F32, 64);
        arena.Dispose();
        _ops.Zero(x);
        var fault = Assert.Throws<VirtualGpuFault>(_ops.Synchronize);
        Assert.Equal((FaultKind.UseAfterFree, "x"), (fault.Kind, fault.Allocation));
    }

    private float[] Values(Tensor x) => Values(_ops, x);

    private static float[] Values(Ops.Ops ops, Tensor x)
    {
        var values = new float[x.Count];
        ops.Download<float>(x, values);
        return values;
    }
}
