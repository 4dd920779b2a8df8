using System.Diagnostics;
using MolEngine.Kernels.Interop;

namespace MolEngine.VirtualGpu.Driver;

internal sealed class VirtualEvent(CUevent_flags flags)
{
    /// <summary>The newest record of it; null where there was none.</summary>
    public QueuedWork? Marker { get; set; }

    public bool HasTime => !flags.HasFlag(CUevent_flags.CU_EVENT_DISABLE_TIMING);

    /// <summary>Of the host's clock, when the record was reached.</summary>
    public long Time { get; private set; }

    public void Happen() => Time = Stopwatch.GetTimestamp();
}
