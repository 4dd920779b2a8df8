namespace MolEngine.Kernels.Interop;

/// <summary>
/// How a stream is made. Ours are non-blocking: the default kind waits for the legacy default stream, and it for them.
/// </summary>
public enum CUstream_flags : uint
{
    CU_STREAM_DEFAULT = 0x0,
    CU_STREAM_NON_BLOCKING = 0x1,
}
