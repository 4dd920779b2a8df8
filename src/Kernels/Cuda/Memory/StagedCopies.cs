using MolEngine.Kernels.Device;
using MolEngine.Kernels.Planning;

namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>
/// Copies between the host and the device in the stream's order, through two pieces of pinned memory that take turns:
/// an upload returns as soon as its last piece is queued, and what is queued after it finds the bytes there.
/// </summary>
internal sealed class StagedCopies : IDisposable
{
    private readonly CudaStream _stream;
    private readonly Piece[] _pieces;

    /// <summary>Nothing would read what is copied.</summary>
    private readonly bool _isPlanning;
    private int _next;

    /// <param name="pieceBytes">Of each of the two pieces.</param>
    public StagedCopies(CudaContext context, CudaStream stream, int pieceBytes = 4 << 20)
    {
        _stream = stream;
        _isPlanning = context.Driver is PlanningDriver;
        _pieces = [new Piece(context, pieceBytes), new Piece(context, pieceBytes)];
    }

    /// <summary>Queues a copy; the source may change on return.</summary>
    public void Upload(ReadOnlySpan<byte> source, ulong destination)
    {
        while (source.Length > 0 && !_isPlanning)
        {
            Piece piece = Take();
            int count = Math.Min(source.Length, piece.Bytes);
            source[..count].CopyTo(piece.Memory.Span<byte>());
            _stream.Upload(piece.Memory, (nuint)count, destination);
            piece.Busy.Record(_stream);
            source = source[count..];
            destination += (ulong)count;
        }
    }

    /// <summary>Copies what everything queued so far has left there; done on return.</summary>
    public void Download(ulong source, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            Piece piece = Take();
            int count = Math.Min(destination.Length, piece.Bytes);
            _stream.Download(source, (nuint)count, piece.Memory);
            _stream.Synchronize();
            piece.Memory.Span<byte>()[..count].CopyTo(destination);
            destination = destination[count..];
            source += (ulong)count;
        }
    }

    public void Dispose()
    {
        _stream.Drain();
        foreach (Piece piece in _pieces)
            piece.Dispose();
    }

    private Piece Take()
    {
        Piece piece = _pieces[_next];
        _next = (_next + 1) % _pieces.Length;
        piece.Busy.Synchronize();
        return piece;
    }

    private sealed class Piece(CudaContext context, int bytes) : IDisposable
    {
        public int Bytes => bytes;

        public PinnedMemory Memory { get; } = new(context, (nuint)bytes);

        /// <summary>Behind the last copy from it.</summary>
        public CudaEvent Busy { get; } = new(context);

        public void Dispose()
        {
            Busy.Dispose();
            Memory.Dispose();
        }
    }
}
