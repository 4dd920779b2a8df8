using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Tests.Interop;

namespace MolEngine.Kernels.Tests.Device;

public sealed class CudaProbeTests
{
    private static readonly LibraryFinding Library = new("NVIDIA driver", "libcuda.so.1", []);

    [Fact]
    public void A_usable_GPU_is_named()
    {
        CudaProbe probe = CudaProbe.Of(new FakeDriver(new()), Library);
        Assert.Equal(CudaState.Ready, probe.State);
        Assert.StartsWith("Fake GPU (compute capability 8.9, ", probe.Sentence);
        Assert.EndsWith("driver for CUDA 12.4", probe.Sentence);
        Assert.Equal((12, new ComputeCapability(8, 9)), (probe.NewestMajor, Assert.Single(probe.Devices).Capability));
    }

    [Fact]
    public void An_old_driver_is_a_sentence_that_names_the_least_one()
    {
        CudaProbe probe = CudaProbe.Of(new FakeDriver(new()) { Version = 11080 }, Library);
        Assert.Equal(CudaState.DriverTooOld, probe.State);
        Assert.Equal(
            "NVIDIA driver too old: expected CUDA 12.0 (driver 525.60.13 on Linux, 527.41 on Windows) or newer, got one "
            + "for CUDA 11.8. Update the NVIDIA driver.", probe.Sentence);
    }

    [Theory]
    [InlineData(CUresult.CUDA_ERROR_NO_DEVICE, CudaState.NoDevice, "no NVIDIA GPU that it can use")]
    [InlineData(CUresult.CUDA_ERROR_STUB_LIBRARY, CudaState.DriverFails, "CUDA_ERROR_STUB_LIBRARY (34)")]
    [InlineData(CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, CudaState.DriverFails, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH")]
    public void A_driver_that_does_not_start_is_a_state(CUresult result, CudaState state, string says)
    {
        CudaProbe probe = CudaProbe.Of(new FakeDriver(new()) { InitResult = result }, Library);
        Assert.Equal(state, probe.State);
        Assert.Contains(says, probe.Sentence);
    }

    [Fact]
    public void No_device_and_an_old_device_are_states()
    {
        Assert.Equal(CudaState.NoDevice, CudaProbe.Of(new FakeDriver(new()) { Devices = 0 }, Library).State);
        CudaProbe old = CudaProbe.Of(new FakeDriver(new()) { Capability = (7, 5) }, Library);
        Assert.Equal(CudaState.DeviceTooOld, old.State);
        Assert.StartsWith("GPU too old: expected compute capability 8.0 or newer, got Fake GPU", old.Sentence);
        Assert.Equal(
            CudaState.Ready, CudaProbe.Of(new FakeDriver(new()) { Capability = (8, 0) }, Library).State);
    }

    [Fact]
    public void Any_call_of_the_probe_may_fail()
    {
        var whole = new FaultPlan();
        CudaProbe.Of(new FakeDriver(whole), Library);
        for (int n = 0; n < whole.Calls.Count; n++)
        {
            CudaProbe probe = CudaProbe.Of(new FakeDriver(new FaultPlan { FailAt = n }), Library);
            Assert.Equal(CudaState.DriverFails, probe.State);
            Assert.Contains(whole.Calls[n], probe.Sentence);
        }
    }

    [Fact]
    public void A_failing_call_is_told_with_its_expression_name_and_words()
    {
        var driver = new FakeDriver(new());
        driver.Check(CUresult.CUDA_SUCCESS);
        CudaException e = Assert.Throws<CudaException>(
            () => driver.Check(driver.cuCtxSetCurrent(5) | CUresult.CUDA_ERROR_INVALID_CONTEXT));
        Assert.Equal(
            "CUDA driver: cuCtxSetCurrent(5) | CUresult.CUDA_ERROR_INVALID_CONTEXT: expected success, got "
            + "CUDA_ERROR_INVALID_CONTEXT (201): words of the driver.", e.Message);
        Assert.Equal((201, "CUDA_ERROR_INVALID_CONTEXT"), (e.Status, e.StatusName));
        Assert.Contains(
            "CUDA_LAUNCH_BLOCKING=1",
            Assert.Throws<CudaException>(() => driver.Check(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "x()")).Message);

        var blas = new FakeCublasLt(new FaultPlan { FailAt = 0 });
        Assert.Equal(
            "cuBLASLt: cublasLtCreate(out _): expected success, got CUBLAS_STATUS_INTERNAL_ERROR (14): words of the "
            + "library.",
            Assert.Throws<CudaException>(() => blas.Check(blas.cublasLtCreate(out _))).Message);
        var nvrtc = new FakeNvrtc(new FaultPlan { FailAt = 0 });
        Assert.Equal(
            "NVRTC: nvrtcVersion(out _, out _): expected success, got NVRTC_ERROR_INTERNAL_ERROR (11).",
            Assert.Throws<CudaException>(() => nvrtc.Check(nvrtc.nvrtcVersion(out _, out _))).Message);
    }
}
