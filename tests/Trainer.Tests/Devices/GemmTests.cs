using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Interop;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Devices;

/// <summary>The config's key <c>gemm</c>: what does matrix products.</summary>
public sealed class GemmTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("cpu", "the CPU")]
    [InlineData("virtual", "the virtual one")]
    public void What_is_no_NVIDIA_GPU_has_no_cublaslt(string device, string called)
    {
        DeviceSettings settings = DeviceSettings.Default with
        {
            Device = DeviceChoice.Parse(device)!.Value,
            Gemm = GemmKind.Cublaslt,
        };
        Assert.Equal(
            $"gemm: cublaslt: expected an NVIDIA GPU for it, got {called} (device). Leave gemm at auto, or name a GPU.",
            Assert.Throws<UserException>(() => ComputeDevice.Open(settings, "device", _ => { })).Message);
        foreach (GemmKind own in (GemmKind[])[GemmKind.Auto, GemmKind.Builtin])
        {
            using var ops = ComputeDevice.Open(settings with { Gemm = own }, "device", _ => { });
            Assert.False(ops.UsesCublasLt);
        }
    }

    [Fact]
    public void A_gpu_takes_cublaslt_where_it_is_found()
    {
        bool found = CudaToolkit.FindCublasLt(LibrarySearch.Here).Library.Found;
        ICublasLt? Products(GemmKind kind) => ComputeDevice.Products(kind, LibrarySearch.Here, "--gemm");
        Assert.Equal(found, Products(GemmKind.Auto) is not null);
        Assert.Null(Products(GemmKind.Builtin));
        if (found)
        {
            Assert.NotNull(Products(GemmKind.Cublaslt));
            return;
        }

        string message = Assert.Throws<EnvironmentFaultException>(() => Products(GemmKind.Cublaslt)).Message;
        Assert.StartsWith("--gemm: cublaslt: expected cuBLASLt on this machine, got none.", message);
    }

    /// <summary>Auto and what it becomes are one run; the bits of another library are not.</summary>
    [Fact]
    public void A_run_goes_on_with_the_products_it_began_with()
    {
        string output = Path.Combine(_folder.Root, "run");
        SmallRun.Interrupt(SmallRun.Load(output, "device=cpu", "gemm=auto"), "step  1/11");
        string state = Path.Combine(Directory.GetDirectories(Path.Combine(output, "checkpoints"))[^1], "state.json");
        string saved = File.ReadAllText(state);
        Assert.Contains("\"gemm\": \"builtin\"", saved);
        File.WriteAllText(
            state, saved.Replace("\"gemm\": \"builtin\"", "\"gemm\": \"cublaslt\"", StringComparison.Ordinal));
        string message = Assert.Throws<UserException>(
            () => SmallRun.Train(SmallRun.Reload(output), resume: true)).Message;
        Assert.Contains("gemm: cublaslt in the run, builtin now", message);

        File.WriteAllText(state, saved);
        SmallRun.Interrupt(SmallRun.Reload(output, "gemm=builtin"), "step  2/11", resume: true);
    }

    [Fact]
    public void Other_values_are_mistakes() => Assert.Contains(
        "gemm: expected auto | cublaslt | builtin",
        Assert.Throws<UserException>(() => SmallRun.Load(Path.Combine(_folder.Root, "x"), "gemm=cublas")).Message);

    public void Dispose() => _folder.Dispose();
}
