using System.Text;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Kernels.Tests.Launch;

/// <summary>A driver that does not take what NVRTC has made runs the PTX in the program, and says so.</summary>
public sealed class RefusedImageTests
{
    [Theory]
    [InlineData("\u007fELF of another driver", "CUDA_ERROR_NO_BINARY_FOR_GPU")]
    [InlineData("no image at all", "CUDA_ERROR_INVALID_PTX")]
    public void The_PTX_in_the_program_runs_instead(string bytes, string status)
    {
        using var driver = new VirtualCudaDriver(process: new VirtualProcess());
        using CudaContext context = CudaContext.Create(driver, 0);
        var notes = new List<string>();
        using var kernels = new CudaKernels(context, new Images(bytes), notes.Add);
        using var stream = new CudaStream(context);
        using var memory = new DeviceMemory(context, "x", 4);
        memory.Upload<float>([3f]);
        kernels.Get("elementwise", "add_f32").Launch(
            stream, LaunchShape.Covering(1, 256, 8), new KernelArguments().Add(memory).Add(memory).Add(1L));
        stream.Synchronize();
        var sum = new float[1];
        memory.Download(sum.AsSpan());
        Assert.Equal(6, sum[0]);
        Assert.StartsWith("PTX of NVRTC", Assert.Single(kernels.Loaded).Origin);
        string note = Assert.Single(notes);
        Assert.StartsWith($"kernels/elementwise.cu: the driver refuses sm_80 of a test ({status}): PTX of ", note);
    }

    /// <summary>PTX that is refused too is an error that carries the driver's words.</summary>
    [Fact]
    public void Where_there_is_no_other_it_is_an_error()
    {
        using var driver = new VirtualCudaDriver(process: new VirtualProcess());
        using CudaContext context = CudaContext.Create(driver, 0);
        using var kernels = new CudaKernels(context, new Images("no image at all", hasOther: false));
        Assert.Contains(
            "CUDA_ERROR_INVALID_PTX",
            Assert.Throws<CudaException>(() => kernels.Get("elementwise", "add_f32")).Message);
    }

    private sealed class Images(string bytes, bool hasOther = true) : KernelImages(compiler: null, cache: null)
    {
        public override KernelImage For(KernelSource source, ComputeCapability capability)
        {
            KernelImage carried = base.For(source, capability);
            return carried with
            {
                Bytes = Encoding.Latin1.GetBytes(bytes),
                Origin = "sm_80 of a test",
                Otherwise = hasOther ? carried : null,
            };
        }
    }
}
