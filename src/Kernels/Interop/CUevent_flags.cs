namespace MolEngine.Kernels.Interop;

/// <summary>How an event is made. One that records no time is cheaper to wait for.</summary>
[Flags]
public enum CUevent_flags : uint
{
    CU_EVENT_DEFAULT = 0x0,
    CU_EVENT_BLOCKING_SYNC = 0x1,
    CU_EVENT_DISABLE_TIMING = 0x2,
}
