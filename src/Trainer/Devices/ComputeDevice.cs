using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Ops;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Trainer.Devices;

/// <summary>Takes hold of the device that a run, or a verb, is to compute on.</summary>
internal static class ComputeDevice
{
    /// <param name="key">What a mistake is blamed on: "device" of a config, "--device" of a command line.</param>
    /// <param name="threads">Of the CPU backend; null for one a core.</param>
    /// <exception cref="EnvironmentFaultException">There is no such GPU, or none that will do.</exception>
    /// <exception cref="UserException">The device has no such precision.</exception>
    public static Ops Open(DeviceSettings settings, string key, int? threads = null)
    {
        switch (settings.Device.Kind)
        {
            case DeviceKind.Cpu:
                return Cpu(settings, key, threads);
            case DeviceKind.Virtual:
                return CudaBackend.Create(
                    new VirtualCudaDriver(DeviceProfile.Sm80), 0, new KernelImages(compiler: null, cache: null),
                    ActivationType(settings));
            default:
                var probe = CudaProbe.Run(settings.Search);
                return settings.Device.Kind == DeviceKind.Auto && FirstUsable(probe) is null
                    ? Cpu(settings, key, threads)
                    : Cuda(settings, key, probe);
        }
    }

    /// <summary>A GPU that is there and will do.</summary>
    /// <exception cref="EnvironmentFaultException">There is none of that number, or it is too old.</exception>
    public static CudaDeviceProperties Require(CudaProbe probe, int ordinal, string key)
    {
        if (probe.State != CudaState.Ready)
        {
            throw new EnvironmentFaultException(
                $"{key}: cuda:{ordinal}: {probe.Sentence}. `molengine doctor` shows what was looked for; "
                + $"`virtual` needs no GPU.");
        }

        CudaDeviceProperties device = probe.Devices.FirstOrDefault(d => d.Ordinal == ordinal)
            ?? throw new EnvironmentFaultException(
                $"{key}: cuda:{ordinal}: no such GPU: expected 0 to {probe.Devices.Count - 1} ({probe.Sentence})");
        if (device.Capability < ComputeCapability.Least)
        {
            throw new EnvironmentFaultException(
                $"{key}: cuda:{ordinal}: {device.Name}: GPU too old: expected compute capability "
                + $"{ComputeCapability.Least} or newer, got {device.Capability}");
        }

        return device;
    }

    /// <summary>A GPU that will do, as training takes it.</summary>
    /// <param name="blas">cuBLASLt, for products; null for this program's kernels.</param>
    /// <param name="meter">Told of all work; null for none.</param>
    public static Ops OpenCuda(
        CudaProbe probe, int ordinal, LibrarySearch search, DType activationType, ICublasLt? blas = null,
        IWorkMeter? meter = null)
    {
        NvrtcCompiler? compiler = CudaToolkit.FindNvrtc(search, probe.NewestMajor).Compiler;
        var images = new KernelImages(compiler, new KernelCache(KernelCache.DefaultFolder));
        return CudaBackend.Create(CudaProbe.NativeDriver(), ordinal, images, activationType, blas, meter);
    }

    private static Ops Cuda(DeviceSettings settings, string key, CudaProbe probe)
    {
        int ordinal = settings.Device.Kind == DeviceKind.Auto ? FirstUsable(probe)!.Ordinal : settings.Device.Ordinal;
        Require(probe, ordinal, key);
        return OpenCuda(probe, ordinal, settings.Search, ActivationType(settings));
    }

    private static Ops Cpu(DeviceSettings settings, string key, int? threads) =>
        settings.Precision != PrecisionKind.Bf16
            ? CpuBackend.Create(threads: threads)
            : throw new UserException(
                $"precision: bf16: expected a GPU for it, got the CPU ({key}). Leave precision at auto, or name a GPU.");

    private static CudaDeviceProperties? FirstUsable(CudaProbe probe) => probe.State == CudaState.Ready
        ? probe.Devices.FirstOrDefault(d => d.Capability >= ComputeCapability.Least)
        : null;

    private static DType ActivationType(DeviceSettings settings) =>
        settings.Precision == PrecisionKind.Fp32 ? DType.F32 : DType.BF16;
}
