using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.Trainer.Devices;

/// <summary>Takes hold of the device that a run, or a verb, is to compute on.</summary>
internal static class ComputeDevice
{
    /// <param name="key">What a mistake is blamed on: "device" of a config, "--device" of a command line.</param>
    /// <param name="note">Told, for people, what the device does otherwise than it was asked to, now and later.</param>
    /// <param name="threads">Threads of the CPU backend; null for one a core.</param>
    /// <exception cref="EnvironmentFaultException">There is no such GPU, none that will do, or no cuBLASLt.</exception>
    /// <exception cref="UserException">The device has no such precision, or no use for cuBLASLt.</exception>
    public static Ops Open(DeviceSettings settings, string key, Action<string> note, int? threads = null)
    {
        Ops ops = Open(settings, key, threads);
        ops.Notes.Tell(note);
        return ops;
    }

    /// <summary>The GPU that auto takes; null where it takes the CPU.</summary>
    public static CudaDeviceProperties? FirstUsable(CudaProbe probe) => probe.State == CudaState.Ready
        ? probe.Devices.FirstOrDefault(d => d.Capability >= ComputeCapability.Least)
        : null;

    /// <summary>A GPU that is there and will do.</summary>
    /// <exception cref="EnvironmentFaultException">There is none of that number, or it is too old.</exception>
    public static CudaDeviceProperties Require(CudaProbe probe, int ordinal, string key)
    {
        if (probe.State != CudaState.Ready)
        {
            throw new EnvironmentFaultException(
                $"{key}: cuda:{ordinal}: {probe.Sentence}. `{ProgramCommand.With("doctor")}` shows what was looked "
                + "for; `virtual` needs no GPU.");
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

    /// <summary>The library that does the products of a GPU; null for this program's kernels.</summary>
    /// <param name="key">What a mistake is blamed on: "gemm" of a config, "--gemm" of a command line.</param>
    /// <exception cref="EnvironmentFaultException">It is asked for and absent.</exception>
    public static ICublasLt? Products(
        GemmKind gemm, LibrarySearch search, string key, int newestMajor = int.MaxValue)
    {
        if (gemm == GemmKind.Builtin)
            return null;
        ICublasLt? blas = CudaToolkit.FindCublasLt(search, newestMajor).Blas;
        return blas is not null || gemm == GemmKind.Auto
            ? blas
            : throw new EnvironmentFaultException(
                $"{key}: cublaslt: expected cuBLASLt on this machine, got none. `{ProgramCommand.With("doctor")}` "
                + "shows where it was looked for; builtin needs none.");
    }

    /// <summary>A GPU that will do, as training takes it.</summary>
    /// <param name="blas">cuBLASLt, for products; null for this program's kernels.</param>
    /// <param name="meter">Told of all work; null for none.</param>
    /// <param name="tuning">Whether its algorithms are tried out.</param>
    public static Ops OpenCuda(
        CudaProbe probe, int ordinal, LibrarySearch search, DType activationType, ICublasLt? blas = null,
        IWorkMeter? meter = null, GemmTuningKind tuning = GemmTuningKind.On)
    {
        NvrtcCompiler? compiler = CudaToolkit.FindNvrtc(search, probe.NewestMajor).Compiler;
        var images = new KernelImages(compiler, new KernelCache(KernelCache.DefaultFolder));
        return CudaBackend.Create(
            CudaProbe.NativeDriver(), ordinal, images, activationType, blas, meter,
            tuning == GemmTuningKind.On ? CudaBackend.TuningFolder : null);
    }

    private static Ops Open(DeviceSettings settings, string key, int? threads)
    {
        switch (settings.Device.Kind)
        {
            case DeviceKind.Cpu:
                return Cpu(settings, key, threads);
            case DeviceKind.Virtual:
                return Virtual(settings, key);
            default:
                var probe = CudaProbe.Run(settings.Search);
                return settings.Device.Kind == DeviceKind.Auto && FirstUsable(probe) is null
                    ? Cpu(settings, key, threads)
                    : Cuda(settings, key, probe);
        }
    }

    private static Ops Cuda(DeviceSettings settings, string key, CudaProbe probe)
    {
        int ordinal = settings.Device.Kind == DeviceKind.Auto ? FirstUsable(probe)!.Ordinal : settings.Device.Ordinal;
        Require(probe, ordinal, key);
        ICublasLt? blas = Products(settings.Gemm, settings.Search, DeviceKeys.Gemm.Path, probe.NewestMajor);
        return OpenCuda(
            probe, ordinal, settings.Search, settings.GpuActivationType, blas, tuning: settings.GemmTuning);
    }

    private static Ops Virtual(DeviceSettings settings, string key)
    {
        RequireOwnProducts(settings, $"the virtual one ({key})");

        // Races within a block are looked for by `selftest` and the kernels' tests, at twice the time.
        var driver = new VirtualCudaDriver(DeviceProfile.Sm80, new LaunchOptions { FindSharedRaces = false });
        return CudaBackend.Create(driver, 0, KernelImages.Carried, settings.GpuActivationType);
    }

    private static Ops Cpu(DeviceSettings settings, string key, int? threads)
    {
        RequireOwnProducts(settings, $"the CPU ({key})");
        return CpuBackend.Create(
            threads: threads, products: settings.Precision == PrecisionKind.Bf16 ? DType.BF16 : DType.F32,
            usesAssembly: settings.UsesAssembly);
    }

    private static void RequireOwnProducts(DeviceSettings settings, string device)
    {
        if (settings.Gemm == GemmKind.Cublaslt)
        {
            throw new UserException(
                $"gemm: cublaslt: expected an NVIDIA GPU for it, got {device}. Leave gemm at auto, or name a GPU.");
        }
    }
}
