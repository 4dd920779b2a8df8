using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Planning;

namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>
/// Copies between the host and the device in the stream's order, through pinned memory. An upload returns as soon as it
/// is queued, and what is queued after it finds the bytes there. It crosses the bus on a stream of its own, beside what
/// the device computes, and waits in a piece of device memory for its turn. Uploads fill two pieces one after the
/// other: the host waits only where it is a whole piece ahead of the device.
/// </summary>
internal sealed class StagedCopies : IDisposable
{
    private readonly CudaStream _stream;
    private readonly CudaStream _bus;
    private readonly Piece[] _pieces;
    private readonly PinnedMemory _down;

    /// <summary>Nothing would read what is copied.</summary>
    private readonly bool _isPlanning;
    private int _current;

    /// <param name="pieceBytes">Bytes of each of the two pieces, and of a download at once.</param>
    public StagedCopies(CudaContext context, CudaStream stream, int pieceBytes = 4 << 20)
    {
        _stream = stream;
        _bus = new CudaStream(context);
        _isPlanning = context.Driver is PlanningDriver;
        _pieces = [new Piece(context, pieceBytes), new Piece(context, pieceBytes)];
        _down = new PinnedMemory(context, "downloads", (nuint)pieceBytes);
    }

    /// <summary>Queues a copy; the source may change on return.</summary>
    public void Upload(ReadOnlySpan<byte> source, ulong destination)
    {
        while (source.Length > 0 && !_isPlanning)
        {
            Piece piece = WithRoom();
            int count = Math.Min(source.Length, piece.Bytes - piece.Used);
            source[..count].CopyTo(piece.Host.Span<byte>()[piece.Used..]);
            ulong waiting = piece.Device.Address + (ulong)piece.Used;
            _bus.Upload(piece.Host, (nuint)count, waiting, (nuint)piece.Used);
            piece.Arrived.Record(_bus);
            _stream.WaitFor(piece.Arrived);
            _stream.Copy(waiting, destination, (nuint)count);
            piece.Busy.Record(_stream);
            piece.Used += count;
            source = source[count..];
            destination += (ulong)count;
        }
    }

    /// <summary>Copies what everything queued so far has left there; done on return.</summary>
    public void Download(ulong source, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int count = Math.Min(destination.Length, (int)_down.Bytes);
            _stream.Download(source, (nuint)count, _down);
            _stream.Synchronize();
            _down.Span<byte>()[..count].CopyTo(destination);
            destination = destination[count..];
            source += (ulong)count;
        }
    }

    /// <summary>Downloads several places that fit a piece together: waits once.</summary>
    public void Download(IReadOnlyList<(ulong Source, double[] Destination)> parts)
    {
        int[] bytes = [.. parts.Select(p => p.Destination.Length * sizeof(double))];
        if (bytes.Sum(b => (long)b) > (long)_down.Bytes)
        {
            foreach ((ulong source, double[] destination) in parts)
                Download(source, MemoryMarshal.AsBytes(destination.AsSpan()));
            return;
        }

        for (int i = 0, at = 0; i < bytes.Length; at += bytes[i++])
            _stream.Download(parts[i].Source, (nuint)bytes[i], _down, (nuint)at);
        _stream.Synchronize();
        for (int i = 0, at = 0; i < bytes.Length; at += bytes[i++])
            _down.Span<byte>().Slice(at, bytes[i]).CopyTo(MemoryMarshal.AsBytes(parts[i].Destination.AsSpan()));
    }

    public void Dispose()
    {
        _stream.Drain();
        _bus.Drain();
        foreach (Piece piece in _pieces)
            piece.Dispose();
        _bus.Dispose();
        _down.Dispose();
    }

    /// <summary>The piece in use, or the other one where it is full: as soon as its own copies have run.</summary>
    private Piece WithRoom()
    {
        if (_pieces[_current].Used < _pieces[_current].Bytes)
            return _pieces[_current];
        _current = (_current + 1) % _pieces.Length;
        _pieces[_current].Busy.Synchronize();
        _pieces[_current].Used = 0;
        return _pieces[_current];
    }

    private sealed class Piece(CudaContext context, int bytes) : IDisposable
    {
        public int Bytes => bytes;

        /// <summary>Bytes that copies were queued from since it was empty.</summary>
        public int Used { get; set; }

        public PinnedMemory Host { get; } = new(context, "uploads", (nuint)bytes);

        public DeviceMemory Device { get; } = new(context, "uploads", (nuint)bytes);

        /// <summary>The event behind the last copy across the bus.</summary>
        public CudaEvent Arrived { get; } = new(context);

        /// <summary>The event behind the last copy from it.</summary>
        public CudaEvent Busy { get; } = new(context);

        public void Dispose()
        {
            Busy.Dispose();
            Arrived.Dispose();
            Device.Dispose();
            Host.Dispose();
        }
    }
}
