using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Tests.Devices;

public class DeviceTests
{
    [Theory]
    [InlineData("auto", "Auto", 0)]
    [InlineData("cpu", "Cpu", 0)]
    [InlineData("cuda", "Cuda", 0)]
    [InlineData("cuda:3", "Cuda", 3)]
    [InlineData("virtual", "Virtual", 0)]
    public void A_device_is_read(string text, string kind, int ordinal) =>
        Assert.Equal(new DeviceChoice(Enum.Parse<DeviceKind>(kind), ordinal), DeviceChoice.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("CUDA")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:99999999999")]
    [InlineData("virtual:0")]
    public void What_is_no_device_is_none(string text) => Assert.Null(DeviceChoice.Parse(text));

    [Theory]
    [InlineData("Auto", DType.BF16)]
    [InlineData("Bf16", DType.BF16)]
    [InlineData("Fp32", DType.F32)]
    public void The_virtual_gpu_has_either_precision(string precision, DType type)
    {
        using Ops ops = Open("virtual", precision);
        Assert.Equal(type, ops.ActivationType);
        Assert.Contains("virtual sm_80", ops.Description);
    }

    [Theory]
    [InlineData("Auto")]
    [InlineData("Fp32")]
    public void The_cpu_computes_in_fp32(string precision)
    {
        using Ops ops = Open("cpu", precision);
        Assert.Equal(DType.F32, ops.ActivationType);
        Assert.StartsWith("cpu (", ops.Description);
    }

    [Fact]
    public void The_cpu_has_bf16_of_products()
    {
        using (Ops ops = Open("cpu", "Bf16"))
        {
            Assert.Equal((DType.F32, DType.BF16), (ops.ActivationType, ops.ProductType));
            Assert.Contains($", bf16 by {CpuBackend.Bf16Products},", ops.Description);
        }

        var plain = new DeviceSettings(new DeviceChoice(DeviceKind.Cpu), PrecisionKind.Bf16, UsesAssembly: false);
        using (Ops ops = ComputeDevice.Open(plain, "device", _ => { }))
            Assert.Contains(", bf16 by rounding,", ops.Description);
    }

    [Fact]
    public void Without_a_gpu_auto_is_the_cpu_and_cuda_a_sentence()
    {
        Assert.SkipWhen(CudaProbe.Run(LibrarySearch.Here).State == CudaState.Ready, "this machine has a GPU");
        using (Ops ops = Open("auto", "Auto"))
            Assert.StartsWith("cpu (", ops.Description);
        string message = Assert.Throws<EnvironmentFaultException>(() => Open("cuda:1", "Auto")).Message;
        Assert.StartsWith("device: cuda:1: no NVIDIA driver found", message);
        Assert.EndsWith("`virtual` needs no GPU.", message);
    }

    private static Ops Open(string device, string precision) => ComputeDevice.Open(
        new DeviceSettings(DeviceChoice.Parse(device)!.Value, Enum.Parse<PrecisionKind>(precision)), "device",
        _ => { });
}
