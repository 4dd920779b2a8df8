using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Driver;

/// <summary>
/// What CUDA keeps for as long as an operating system's process runs: the fault that has ended its work there. After
/// one, every driver of the process answers with its status, also those that are made later (cuda.h: "the process must
/// be terminated and relaunched").
/// </summary>
public sealed class VirtualProcess
{
    /// <summary>This process itself. Tests that plant faults play others.</summary>
    public static readonly VirtualProcess This = new();

    private VirtualGpuFault? _fault;

    /// <summary>The status of all calls after a fault; CUDA_SUCCESS before.</summary>
    public CUresult Status => _fault is null ? CUresult.CUDA_SUCCESS : StatusOf(_fault.Kind);

    /// <summary>The first line of what the fault said; empty before.</summary>
    public string Reason => _fault?.Message.Split('\n')[0] ?? "";

    /// <summary>The first fault counts.</summary>
    internal void End(VirtualGpuFault fault) => Interlocked.CompareExchange(ref _fault, fault, null);

    /// <summary>What hardware answers; what it would not see at all is an unspecified failure here.</summary>
    private static CUresult StatusOf(FaultKind kind) => kind switch
    {
        FaultKind.OutOfBounds or FaultKind.UseAfterFree or FaultKind.ReadOnly =>
            CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
        FaultKind.Misaligned => CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
        FaultKind.Runaway or FaultKind.Deadlock => CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
        _ => CUresult.CUDA_ERROR_LAUNCH_FAILED,
    };
}
