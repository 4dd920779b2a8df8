using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.VirtualGpu.Tests.Driver;

public sealed class LaunchLimitTests
{
    private static readonly string Plain = PtxSource.Kernel("plain", 0, "");

    private static readonly string Bounded =
        PtxSource.Header + ".visible .entry bounded()\n.maxntid 128, 1, 1\n{ ret; }\n"
        + ".visible .entry exact()\n.reqntid 64, 2, 1\n{ ret; }\n"
        + ".visible .entry static_shared()\n{ .shared .align 4 .b8 tile[50000]; .reg .b32 %r<2>; mov.u32 %r1, tile; "
            + "ret; }\n"
        + ".extern .shared .align 16 .b8 dynamic[];\n"
        + ".visible .entry uses_dynamic()\n{ .shared .align 4 .b8 tile[1024]; .reg .b32 %r<2>;\n"
        + "mov.u32 %r1, tile; mov.u32 %r1, dynamic; ret; }\n";

    [Theory]
    [InlineData(0, 1, 1, 32, 1, 1, "grid (0, 1, 1)")]
    [InlineData(1, 65536, 1, 32, 1, 1, "65535")]
    [InlineData(1, 1, 65536, 32, 1, 1, "65535")]
    [InlineData(1, 1, 1, 1025, 1, 1, "1 to 1024 threads")]
    [InlineData(1, 1, 1, 32, 33, 1, "1 to 1024 threads")]
    [InlineData(1, 1, 1, 1, 1, 65, "z up to 64")]
    [InlineData(1, 1, 1, 0, 1, 1, "1 to 1024 threads")]
    public void Shapes_beyond_the_device_are_refused(int gx, int gy, int gz, int bx, int by, int bz, string says)
    {
        using var gpu = new Gpu(Plain);
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, gpu.Launch("plain", (gx, gy, gz), (bx, by, bz), 0, 0));
        Assert.Contains("launch of plain on virtual sm_80", gpu.Driver.Reason, StringComparison.Ordinal);
        Assert.Contains(says, gpu.Driver.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_shapes_are_not()
    {
        using var gpu = new Gpu(Plain);
        gpu.Run("plain", (1, 1, 65535), (1, 1, 64), 0);
        gpu.Run("plain", (3, 1, 1), (1024, 1, 1), 0);
    }

    [Fact]
    public void Launch_bounds_hold()
    {
        using var gpu = new Gpu(Bounded);
        gpu.Ok(gpu.Launch("bounded", (1, 1, 1), (128, 1, 1), 0, 0));
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, gpu.Launch("bounded", (1, 1, 1), (129, 1, 1), 0, 0));
        gpu.Ok(gpu.Launch("exact", (1, 1, 1), (64, 2, 1), 0, 0));
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, gpu.Launch("exact", (1, 1, 1), (128, 1, 1), 0, 0));
    }

    [Theory]
    [InlineData(80, 163)]
    [InlineData(86, 99)]
    [InlineData(89, 99)]
    [InlineData(90, 227)]
    public void Dynamic_shared_memory_needs_leave_beyond_48_KiB(int capability, int most)
    {
        DeviceProfile device = capability switch
        {
            80 => DeviceProfile.Sm80,
            86 => DeviceProfile.Sm86,
            89 => DeviceProfile.Sm89,
            _ => DeviceProfile.Sm90,
        };
        using var gpu = new Gpu(Bounded, device);
        int all = (most - 1) * 1024;
        gpu.Ok(gpu.Launch("uses_dynamic", (1, 1, 1), (32, 1, 1), 47 * 1024, 0));
        Assert.Equal(
            CUresult.CUDA_ERROR_INVALID_VALUE, gpu.Launch("uses_dynamic", (1, 1, 1), (32, 1, 1), (47 * 1024) + 1, 0));
        Assert.Contains("dynamic shared memory: allowed are 48,128", gpu.Driver.Reason, StringComparison.Ordinal);
        const CUfunction_attribute Attribute = CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
        nint function = gpu.Function("uses_dynamic");
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, gpu.Driver.cuFuncSetAttribute(function, Attribute, all + 1));
        gpu.Ok(gpu.Driver.cuFuncSetAttribute(function, Attribute, all));
        gpu.Ok(gpu.Launch("uses_dynamic", (1, 1, 1), (32, 1, 1), all, 0));
        gpu.Ok(gpu.Driver.cuFuncGetAttribute(out int value, Attribute, function));
        Assert.Equal(all, value);
        gpu.Ok(gpu.Driver.cuCtxSynchronize());
    }

    [Fact]
    public void Static_shared_memory_ends_at_48_KiB()
    {
        using var gpu = new Gpu(Bounded);
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, gpu.Launch("static_shared", (1, 1, 1), (32, 1, 1), 0, 0));
        Assert.Contains("50,000 bytes of static shared memory", gpu.Driver.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_for_a_newer_device_is_refused()
    {
        string ptx = PtxSource.Kernel("plain", 0, "", target: "sm_90");
        Assert.Contains(
            ".target sm_90: the device is sm_80", Assert.Throws<InvalidOperationException>(() => new Gpu(ptx)).Message,
            StringComparison.Ordinal);
        using var newer = new Gpu(ptx, DeviceProfile.Sm90);
    }

    [Fact]
    public void Occupancy_is_bounded_by_threads_shared_memory_and_blocks()
    {
        using var gpu = new Gpu(Bounded);
        nint function = gpu.Function("uses_dynamic");
        int Blocks(int threads, int shared)
        {
            gpu.Ok(gpu.Driver.cuOccupancyMaxActiveBlocksPerMultiprocessor(out int blocks, function, threads,
                (nuint)shared));
            return blocks;
        }

        Assert.Equal(2, Blocks(1024, 0));
        Assert.Equal(32, Blocks(32, 0));
        // 164 KiB, of which a block takes 1 KiB static, 1 KiB reserved and 39 KiB.
        Assert.Equal(4, Blocks(128, 39 * 1024));
        Assert.Equal(0, Blocks(2048, 0));
    }

    [Fact]
    public void Memory_ends()
    {
        using var gpu = new Gpu(device: DeviceProfile.Sm80 with { MemoryBytes = 4 << 20 });
        gpu.Allocate(1 << 19, "a quarter of a page");
        Assert.Equal(CUresult.CUDA_ERROR_OUT_OF_MEMORY, gpu.Driver.cuMemAlloc(out _, (2 << 20) + 1));
        gpu.Ok(gpu.Driver.cuMemGetInfo(out nuint free, out nuint total));
        Assert.Equal(((nuint)2 << 20, (nuint)4 << 20), (free, total));
    }

    [Fact]
    public void Variables_of_a_module_are_initialised_and_found()
    {
        string ptx = PtxSource.Kernel(
            "read", 1,
            """
            ld.param.u64 %rd1, [p0];
            mov.u64 %rd2, pointer;
            ld.global.u64 %rd3, [%rd2];
            ld.f32 %f1, [%rd3];
            st.global.f32 [%rd1], %f1;
            ld.const.u16 %h1, [table+2];
            st.global.u16 [%rd1+4], %h1;
            """,
            """
            .global .align 4 .b8 values[8] = {0, 0, 128, 63, 0, 0, 0, 64};
            .global .align 8 .u64 pointer = generic(values+4);
            .const .align 4 .b8 table[4] = {1, 0, 2, 1};
            .global .align 4 .u32 zeros[3];
            """);
        using var gpu = new Gpu(ptx);
        ulong y = gpu.Allocate(6, "y");
        gpu.Run("read", 1, 1, y);
        byte[] bytes = gpu.Download<byte>(y, 6);
        Assert.Equal((2f, 258), (BitConverter.ToSingle(bytes), BitConverter.ToInt16(bytes, 4)));
        gpu.Ok(gpu.Driver.cuModuleGetGlobal(out ulong zeros, out nuint size, gpu.Module, "zeros"));
        Assert.Equal(((nuint)12, 0u), (size, gpu.Download<uint>(zeros, 3).Aggregate((a, b) => a | b)));
    }
}
