using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>
/// What kernels say of inputs that they cannot use (<c>Fault</c> of kernels/fault.cuh): looked at whenever the host
/// waits for the device.
/// </summary>
internal sealed class DeviceFaults : IDisposable
{
    private readonly CudaStream _stream;
    private readonly PinnedMemory _host;

    public DeviceFaults(CudaContext context, CudaStream stream)
    {
        _stream = stream;
        Memory = new DeviceMemory(context, "fault", (nuint)Marshal.SizeOf<Fault>());
        _host = new PinnedMemory(context, "fault, for the host", Memory.Bytes);
        Memory.Zero(stream);
    }

    private enum FaultCode
    {
        None,
        Token,
        Position,
    }

    /// <summary>The memory that faults are written to, as the argument of a kernel.</summary>
    public DeviceMemory Memory { get; }

    /// <summary>Names of the last op's token ids and of the weights that they are rows of.</summary>
    public (string Ids, string Weight) Tokens { private get; set; } = ("token ids", "embedding");

    /// <summary>Name of the last op's positions.</summary>
    public string Positions { private get; set; } = "positions";

    /// <summary>Queues a look; <see cref="Throw"/> tells its result once the stream has been waited for.</summary>
    public void Look() => _stream.Download(Memory.Address, Memory.Bytes, _host);

    /// <exception cref="ArgumentException">A kernel found one: the message is that of the CPU backend.</exception>
    public void Throw()
    {
        Fault fault = _host.Span<Fault>()[0];
        if (fault.Code == FaultCode.None)
            return;
        Memory.Zero(_stream);
        _host.Span<byte>().Clear();
        throw new ArgumentException(fault.Code switch
        {
            FaultCode.Token =>
                $"Embedding: {Tokens.Ids}: token {fault.Index}: expected an id from 0 to {fault.Limit - 1} "
                + $"({Tokens.Weight}), got {fault.Value}. Check that tokenizer and model belong together.",
            _ =>
                $"QkNormRope: positions ({Positions}): expected 0 .. {fault.Limit - 1} (rows of the rotary table), got "
                + $"{fault.Value} at token {fault.Index}. Make the table for longer documents, or shorten them.",
        });
    }

    public void Dispose()
    {
        _stream.Drain();
        Memory.Dispose();
        _host.Dispose();
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Fault(FaultCode Code, int Index, int Value, int Limit);
}
