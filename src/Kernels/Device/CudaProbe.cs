using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>
/// What a machine offers to the CUDA backend. Whatever is missing is a state with a sentence, not an error.
/// </summary>
/// <param name="Sentence">For a person: what was found, and what is to be done where it does not do.</param>
/// <param name="Library">Where the driver's library was looked for.</param>
/// <param name="DriverVersion">1000 major + 10 minor of the newest CUDA that the driver supports, or 0.</param>
/// <param name="Devices">All GPUs, usable or not.</param>
public sealed record CudaProbe(
    CudaState State, string Sentence, LibraryFinding Library, int DriverVersion,
    IReadOnlyList<CudaDeviceProperties> Devices)
{
    /// <summary>CUDA 12.0.</summary>
    public const int LeastVersion = 12000;

    /// <summary>NVIDIA's release notes of CUDA 12.0: the first drivers that support it.</summary>
    public const string LeastDriver = "CUDA 12.0 (driver 525.60.13 on Linux, 527.41 on Windows)";

    /// <summary>The major version of CUDA up to which libraries work with the driver; unlimited without one.</summary>
    public int NewestMajor => DriverVersion > 0 ? DriverVersion / 1000 : int.MaxValue;

    /// <summary>Looks for the driver's library and asks it.</summary>
    public static CudaProbe Run(LibrarySearch search)
    {
        LibraryFinding library = NativeLibraries.Find(CudaLibrary.Driver, search);
        return library.Found
            ? Of(new NativeCudaDriver(), library)
            : new CudaProbe(
                CudaState.NoDriver, $"no NVIDIA driver found: expected {LeastDriver} or newer", library, 0, []);
    }

    /// <summary>The driver that a probe of this machine has found.</summary>
    public static ICudaDriver NativeDriver() => new NativeCudaDriver();

    /// <summary>Asks a driver that is there.</summary>
    public static CudaProbe Of(ICudaDriver driver, LibraryFinding library)
    {
        int version = 0;
        try
        {
            driver.Check(driver.cuDriverGetVersion(out version));
            if (version is > 0 and < LeastVersion)
            {
                return State(
                    CudaState.DriverTooOld, $"NVIDIA driver too old: expected {LeastDriver} or newer, got one for CUDA "
                    + $"{Text(version)}. Update the NVIDIA driver.");
            }

            CUresult started = driver.cuInit(0);
            if (started == CUresult.CUDA_ERROR_NO_DEVICE)
                return State(CudaState.NoDevice, "an NVIDIA driver is there, and no NVIDIA GPU that it can use");
            driver.Check(started, "cuInit(0)");
            driver.Check(driver.cuDeviceGetCount(out int count));
            CudaDeviceProperties[] devices =
                [.. Enumerable.Range(0, count).Select(i => CudaDeviceProperties.Read(driver, i))];
            return Of(devices, version, library);
        }
        catch (CudaException e)
        {
            return State(CudaState.DriverFails, $"the NVIDIA driver does not start: {e.Message}");
        }
        catch (EntryPointNotFoundException e)
        {
            return State(
                CudaState.DriverTooOld,
                $"NVIDIA driver too old: expected {LeastDriver} or newer, got one without a function of it "
                + $"({e.Message}). Update the NVIDIA driver.");
        }

        CudaProbe State(CudaState state, string sentence) => new(state, sentence, library, version, []);
    }

    private static CudaProbe Of(CudaDeviceProperties[] devices, int version, LibraryFinding library)
    {
        string listed = string.Join("; ", devices.Select(
            d => $"{d.Name} (compute capability {d.Capability}, {d.TotalMemory / (double)(1L << 30):F1} GiB)"));
        if (devices.Length == 0)
            return new(CudaState.NoDevice, "an NVIDIA driver is there, and no NVIDIA GPU", library, version, devices);
        if (!devices.Any(d => d.Capability >= ComputeCapability.Least))
        {
            return new(
                CudaState.DeviceTooOld,
                $"GPU too old: expected compute capability {ComputeCapability.Least} or newer, got {listed}",
                library, version, devices);
        }

        return new(CudaState.Ready, $"{listed}; driver for CUDA {Text(version)}", library, version, devices);
    }

    private static string Text(int version) => $"{version / 1000}.{version % 1000 / 10}";
}
