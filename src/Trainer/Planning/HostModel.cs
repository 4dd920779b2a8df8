using MolEngine.Basics.Text;
using MolEngine.Kernels.Cpu.Limits;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Planning;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Planning;

/// <summary>
/// The machine at hand, planned for as a GPU is: a run allocates the same tensors on either. Its least capability has
/// all kernels.
/// </summary>
internal static class HostModel
{
    private const string Key = "cpu";

    /// <summary>Its free memory alone: no speed can be told of it.</summary>
    public static GpuModel Unmeasured => Of(new CpuLimits(0, 0));

    /// <summary>With its limits, which takes a second to measure.</summary>
    public static GpuModel Measured(int threads) => Of(CpuLimits.Measure(threads));

    public static bool Is(GpuModel device) => device.Key == Key;

    /// <summary>The run as it is there: in fp32, all of it in one memory, no layers chosen to be computed again.
    /// </summary>
    public static RunConfig OnHost(RunConfig run) => run with
    {
        Device = run.Device with { Precision = PrecisionKind.Fp32, Gemm = GemmKind.Builtin },
        Optimizer = run.Optimizer with { Offload = false },
        LayersAgain = null,
    };

    /// <summary>
    /// What to say where a run's tensors take more than the machine has: memory is taken as it is used, and nothing
    /// else would say it.
    /// </summary>
    /// <param name="tensorBytes">Of all that the run works in.</param>
    /// <returns>Null where there is room.</returns>
    public static string? TooSmallFor(RunConfig run, long tensorBytes)
    {
        long there = MachineInfo.Read().TotalMemory;
        return tensorBytes <= there
            ? null
            : $"memory: the run's tensors take {ShownSize.Of(tensorBytes)}, of {ShownSize.Of(there)} that this machine "
                + "has: it will be slow, or ended by the system. To need less: "
                + FittingChange.Sentence(run, Unmeasured);
    }

    private static GpuModel Of(CpuLimits limits)
    {
        MachineInfo machine = MachineInfo.Read();
        return new GpuModel(
            Key, machine.Processor, ComputeCapability.Least, 1, machine.AvailableMemory, limits.Flops,
            limits.ReadBandwidth, 0);
    }
}
