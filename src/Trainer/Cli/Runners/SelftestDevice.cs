using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Trainer.Devices;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>A device, and one of the ways by which kernels come to it.</summary>
/// <param name="Open">Takes hold of it.</param>
/// <param name="IsCounting">Whether it counts the bytes that a kernel moves; else launches are timed.</param>
internal sealed record SelftestDevice(
    string Title, Func<CheckDevice> Open, SelftestCode Code = SelftestCode.Ptx, bool IsCounting = false)
{
    private const int SectorBytes = 32;
    private const string Embedded = "kernels: PTX in the program";

    /// <summary>Checks of the library that does products, beside those of kernels.</summary>
    public IReadOnlyList<KernelCheck> Products { get; init; } = [];

    /// <param name="images">What its kernels are loaded from; null for the PTX in the program.</param>
    /// <param name="process">Whose faults end it; null for this process.</param>
    public static SelftestDevice Virtual(KernelImages? images = null, VirtualProcess? process = null)
    {
        string title = $"{DeviceProfile.Sm80.Name}, executed by the CPU; {Embedded}";
        return new SelftestDevice(title, Open, IsCounting: true);

        CheckDevice Open()
        {
            long moved = 0;
            var driver = new VirtualCudaDriver(DeviceProfile.Sm80, process: process)
            {
                OnLaunch = (_, c) => moved += SectorBytes * (c.GlobalSectorsLoaded + c.GlobalSectorsStored),
            };
            return new CheckDevice(driver, 0, images ?? KernelImages.Carried, () => moved);
        }
    }

    /// <summary>A GPU with the PTX in the program and, where NVRTC is found, with what that compiles.</summary>
    /// <param name="note">Told where the driver refuses machine code and the PTX runs instead; null for nobody.</param>
    /// <exception cref="EnvironmentFaultException">There is no such GPU, or none that will do.</exception>
    public static IReadOnlyList<SelftestDevice> Cuda(
        CudaProbe probe, int ordinal, LibrarySearch search, Action<string>? note = null)
    {
        CudaDeviceProperties device = ComputeDevice.Require(probe, ordinal, OptionNames.Device);
        string title = $"cuda:{ordinal}, {device.Name} (compute capability {device.Capability})";
        NvrtcCompiler? compiler = CudaToolkit.FindNvrtc(search, probe.NewestMajor).Compiler;
        SelftestDevice embedded = Of($"{title}; {Embedded}", KernelImages.Carried, SelftestCode.Ptx);
        if (compiler is null || !compiler.Supports(device.Capability))
            return [embedded];
        var compiled = new KernelImages(compiler, new KernelCache(KernelCache.DefaultFolder));
        return [embedded, Of($"{title}; kernels: {compiler.Name}", compiled, SelftestCode.Nvrtc)];

        SelftestDevice Of(string title, KernelImages images, SelftestCode code) =>
            new(title, () => new CheckDevice(CudaProbe.NativeDriver(), ordinal, images, note: note), code);
    }
}
