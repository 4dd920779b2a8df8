using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Tests.Interop;

namespace MolEngine.Kernels.Tests.Device;

public sealed class DeviceMemoryTests
{
    [Fact]
    public void A_driver_that_wants_names_is_told_them()
    {
        var driver = new NamingDriver(new());
        using var context = CudaContext.Create(driver, 0);
        using var memory = new DeviceMemory(context, "weights", 24);
        Assert.Equal([(memory.Address, 24ul, "weights")], driver.Names);
    }

    [Fact]
    public void Copies_move_the_bytes_that_they_name()
    {
        using var context = CudaContext.Create(new FakeDriver(new()), 0);
        using var stream = new CudaStream(context);
        using DeviceMemory memory = new(context, "a", 16), other = new(context, "b", 16);
        using var pinned = new PinnedMemory(context, "pinned", 12);
        memory.Upload<int>([1, 2, 3], offset: 4);
        other.CopyFrom(memory, stream);
        int[] values = new int[2];
        other.Download<int>(values, offset: 8);
        Assert.Equal([2, 3], values);

        other.Download(pinned, 8, stream, offset: 4);
        Assert.Equal([1, 2, 0], pinned.Span<int>().ToArray());
        pinned.Span<int>()[0] = 9;
        memory.Zero(stream);
        memory.Upload(pinned, 4, stream, offset: 12);
        values = new int[4];
        memory.Download<int>(values);
        Assert.Equal([0, 0, 0, 9], values);
        Assert.Equal(0, context.Driver is FakeDriver d ? d.Plan.Mistakes.Count : -1);
    }

    [Fact]
    public void A_copy_of_host_values_has_landed_before_any_stream_can_read_it()
    {
        var driver = new FakeDriver(new());
        using var context = CudaContext.Create(driver, 0);
        using DeviceMemory memory = new(context, "a", 16);
        memory.Upload<int>([1, 2]);

        // The legacy default stream: ours do not wait for it.
        Assert.Equal([0], driver.Synchronised);
    }

    [Fact]
    public void No_memory_is_told_with_what_is_there()
    {
        using var context = CudaContext.Create(new FakeDriver(new()) { OutOfMemory = true }, 0);
        OutOfMemoryException e = Assert.Throws<OutOfMemoryException>(() => new DeviceMemory(context, "weights", 24));
        Assert.Equal("Fake GPU: no memory for weights: expected 24 bytes free, got 5 of 7", e.Message);
        e = Assert.Throws<OutOfMemoryException>(() => new PinnedMemory(context, "moments", 24, isMapped: true));
        Assert.Equal("no pinned host memory for moments: expected 24 bytes free", e.Message);
    }

    [Theory]
    [InlineData(0, 25)]
    [InlineData(1, 24)]
    [InlineData(25, 0)]
    public void A_copy_stays_inside(int offset, int count)
    {
        var plan = new FaultPlan();
        using var context = CudaContext.Create(new FakeDriver(plan), 0);
        using var memory = new DeviceMemory(context, "weights", 24);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Upload<byte>(new byte[count], (nuint)offset));
        ArgumentOutOfRangeException e =
            Assert.Throws<ArgumentOutOfRangeException>(() => memory.Download<byte>(new byte[count], (nuint)offset));
        Assert.StartsWith(
            $"weights: download of {count} bytes from byte {offset}: expected them within 24", e.Message);
        Assert.DoesNotContain(plan.Calls, c => c.StartsWith("cuMemcpy"));
    }

    [Fact]
    public void A_copy_stays_inside_pinned_memory()
    {
        using var context = CudaContext.Create(new FakeDriver(new()), 0);
        using var stream = new CudaStream(context);
        using var memory = new DeviceMemory(context, "weights", 24);
        using var pinned = new PinnedMemory(context, "pinned", 8);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Upload(pinned, 9, stream));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Download(pinned, 9, stream));
        using var smaller = new DeviceMemory(context, "smaller", 8);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.CopyFrom(smaller, stream));
    }

    [Fact]
    public void The_library_of_products_gets_the_numbers()
    {
        var blas = new FakeCublasLt(new());
        using var context = CudaContext.Create(new FakeDriver(new()), 0);
        using var handle = new CublasLt(context, blas);
        using var stream = new CudaStream(context);
        using var memory = new DeviceMemory(context, "workspace", 24);
        using var description = new MatmulDescription(
            blas, cublasComputeType_t.CUBLAS_COMPUTE_32F, cudaDataType_t.CUDA_R_32F);
        description.Set(cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSA, cublasOperation_t.CUBLAS_OP_T);
        using var layout = new MatrixLayout(blas, cudaDataType_t.CUDA_R_16BF, 4, 5, 6);
        using var preference = new MatmulPreference(blas);
        cublasLtMatmulHeuristicResult_t found =
            Assert.Single(handle.Algorithms(description, layout, layout, layout, layout, preference, 8));
        Assert.Equal((7ul, (nuint)64), (found.algo[0], found.workspaceSize));
        handle.Matmul(
            description, 2, (0, layout), (0, layout), 3, (0, layout), (0, layout), found.algo, memory, stream);
        Assert.Equal((2f, 3f), (blas.Alpha, blas.Beta));
        (Enum attribute, byte[] value) = Assert.Single(blas.Set);
        Assert.Equal(cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSA, attribute);
        Assert.Equal([1, 0, 0, 0], value);
        Assert.Throws<ArgumentException>(() => new MatrixLayout(blas, cudaDataType_t.CUDA_R_16BF, 4, 5, 3));
    }
}
