using System.Runtime.CompilerServices;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Tests.Interop;

public sealed class LeakTests
{
    /// <summary>Whatever call fails, by a status or by an exception: every native object is released, once.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_leaks_whichever_call_fails(bool throws)
    {
        var whole = new FaultPlan();
        Scenario(whole);
        AssertClean(whole, "no fault");
        Assert.All(
            new[] { "cuMemAlloc", "cuLaunchKernel", "cublasLtMatmul", "nvrtcCompileProgram", "cuEventDestroy" },
            call => Assert.Contains(call, whole.Calls));

        for (int n = 0; n < whole.Calls.Count; n++)
        {
            var plan = new FaultPlan { FailAt = n, Throws = throws };
            Exception? e = Record.Exception(() => Scenario(plan));
            string where = $"call {n}, {whole.Calls[n]}";
            AssertClean(plan, where);

            // A status of a release says nothing that is not said elsewhere; all else is reported.
            string call = whole.Calls[n];
            bool release = new[] { "Destroy", "Free", "Unload", "Release" }.Any(call.Contains)
                || (call == "cuCtxSetCurrent" && e is null);
            if (throws)
                Assert.True(e is FaultPlan.StrictException, $"{where}: {e}");
            else
                Assert.True(release ? e is null : e is CudaException or KernelCompileException, $"{where}: {e}");
        }
    }

    [Fact]
    public void A_finalizer_swallows_what_nobody_could_catch()
    {
        var plan = new FaultPlan { FailAt = 1, Throws = true };
        LoseProgram(plan);
        for (int i = 0; i < 10 && plan.Live.Count > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Empty(plan.Live);
        Assert.Equal(["nvrtcCreateProgram", "nvrtcDestroyProgram"], plan.Calls);
    }

    [Fact]
    public void A_context_lives_as_long_as_what_is_in_it()
    {
        var plan = new FaultPlan();
        var context = CudaContext.Create(new FakeDriver(plan), 0);
        var memory = new DeviceMemory(context, "weights", 16);
        context.Dispose();
        Assert.Equal(["context", "memory"], plan.Live.Order());
        memory.Dispose();
        AssertClean(plan, "memory disposed after its context");
        Assert.Throws<ObjectDisposedException>(() => memory.Address);
        Assert.Throws<ObjectDisposedException>(() => new CudaStream(context));
        AssertClean(plan, "stream of a context that is gone");
    }

    /// <summary>A driver that takes names and throws at one: the memory is given back.</summary>
    [Fact]
    public void Memory_whose_name_is_refused_is_freed()
    {
        var plan = new FaultPlan();
        using (var context = CudaContext.Create(new NamingDriver(plan), 0))
            Assert.Throws<FaultPlan.StrictException>(() => new DeviceMemory(context, "refused", 16));
        AssertClean(plan, "refused name");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoseProgram(FaultPlan plan) =>
        _ = new NvrtcProgram(new FakeNvrtc(plan), new KernelSource("k", "", []));

    private static void AssertClean(FaultPlan plan, string where)
    {
        Assert.True(plan.Live.Count == 0, $"{where}: left alive: {string.Join(", ", plan.Live)}");
        Assert.True(plan.Mistakes.Count == 0, $"{where}: {string.Join("; ", plan.Mistakes)}");
    }

    /// <summary>Makes and uses one of everything.</summary>
    private static void Scenario(FaultPlan plan)
    {
        var driver = new FakeDriver(plan);
        var nvrtc = new FakeNvrtc(plan);
        var blas = new FakeCublasLt(plan);
        using var context = CudaContext.Create(driver, 0);
        new NvrtcCompiler(nvrtc).Compile(new KernelSource("k", "", []), new CompileOptions("sm_89"));
        using var stream = new CudaStream(context);
        using var start = new CudaEvent(context, timed: true);
        using var end = new CudaEvent(context, timed: true);
        using var memory = new DeviceMemory(context, "a", 64);
        using var other = new DeviceMemory(context, "b", 64);
        using var pinned = new PinnedMemory(context, "pinned", 64);
        start.Record(stream);
        memory.Zero(stream);
        memory.Upload<byte>(stackalloc byte[64]);
        memory.Upload(pinned, 64, stream);
        other.CopyFrom(memory, stream);
        other.Download(pinned, 64, stream);
        using var module = new CudaModule(context, "k.cu", "ptx"u8.ToArray());
        var kernel = new CudaKernel(module, new KernelSignature("k", [8], 256));
        kernel.Launch(stream, new LaunchShape(new(1), new(32), 60 << 10), new KernelArguments().Add(memory));
        _ = kernel.BlocksPerMultiprocessor(new LaunchShape(new(1), new(32)));
        using var handle = new CublasLt(context, blas);
        Multiply(handle, blas, memory, stream);
        end.Record(stream);
        stream.WaitFor(end);
        end.Synchronize();
        _ = end.MillisecondsSince(start);
        _ = stream.IsDone && end.IsDone;
        stream.Synchronize();
        other.Download<byte>(stackalloc byte[64]);
        context.Synchronize();
        _ = context.Memory();
    }

    private static void Multiply(CublasLt handle, ICublasLt blas, DeviceMemory memory, CudaStream stream)
    {
        using var description = new MatmulDescription(
            blas, cublasComputeType_t.CUBLAS_COMPUTE_32F, cudaDataType_t.CUDA_R_32F);
        description.Set(cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSA, cublasOperation_t.CUBLAS_OP_T);
        using var layout = new MatrixLayout(blas, cudaDataType_t.CUDA_R_16BF, 4, 4, 4);
        layout.Set(cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, 1);
        using var preference = new MatmulPreference(blas);
        preference.Set(
            cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, (ulong)memory.Bytes);
        cublasLtMatmulAlgo_t algorithm =
            handle.Algorithms(description, layout, layout, layout, layout, preference, 8)[0].algo;
        handle.Matmul(
            description, 1, (memory.Address, layout), (memory.Address, layout), 0, (memory.Address, layout),
            (memory.Address, layout), algorithm, memory, stream);
    }
}
