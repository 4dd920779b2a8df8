using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>What a run that names no device will compute on, and what would change that.</summary>
internal static class DeviceOutlook
{
    /// <param name="hasBlas">Whether cuBLASLt was found.</param>
    public static string Sentence(CudaProbe probe, bool hasBlas)
    {
        if (ComputeDevice.FirstUsable(probe) is { } device)
        {
            string products = hasBlas
                ? "cuBLASLt's matrix products; another device would be named by `device` in its config."
                : "this program's own matrix products; cuBLASLt (`pip install nvidia-cublas-cu12`) would be faster.";
            return $"Training will run on cuda:{device.Ordinal}, {device.Name}, in bf16, with {products}";
        }

        string change = probe.State switch
        {
            CudaState.NoDriver => $"an NVIDIA GPU {NewEnough} with a driver for CUDA {LeastCuda} or newer",
            CudaState.DriverTooOld => $"an NVIDIA driver for CUDA {LeastCuda} or newer",
            CudaState.DriverFails => "an NVIDIA driver that starts",
            _ => $"an NVIDIA GPU {NewEnough}",
        };
        string width = SimdLevels.Best == SimdLevel.Scalar ? "without SIMD" : $"{SimdLevels.Best}";
        return $"Training will run on the CPU, in fp32 ({width}); {change} would change that.";
    }

    private static string NewEnough => $"of compute capability {ComputeCapability.Least} or newer";

    private static string LeastCuda => $"{CudaProbe.LeastVersion / 1000}.{CudaProbe.LeastVersion % 1000 / 10}";
}
