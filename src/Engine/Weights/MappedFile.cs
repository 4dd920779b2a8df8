using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace MolEngine.Engine.Weights;

/// <summary>
/// A whole file mapped for reading. The mapping goes when <see cref="Dispose"/> is called, or, if tensors were handed
/// out over it, when the last of them is collected: a tensor never looks at memory that is gone.
/// </summary>
internal sealed class MappedFile : IDisposable
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafeMemoryMappedViewHandle _handle;
    private bool _shared;

    private MappedFile(MemoryMappedViewAccessor view, long bytes)
    {
        _view = view;
        _handle = view.SafeMemoryMappedViewHandle;
        Bytes = bytes;
    }

    public long Bytes { get; }

    /// <param name="stream">An open file that is not empty; may be closed afterwards.</param>
    public static MappedFile Map(FileStream stream)
    {
        long bytes = stream.Length;
        using var map = MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return new MappedFile(map.CreateViewAccessor(0, bytes, MemoryMappedFileAccess.Read), bytes);
    }

    /// <summary>The address of a byte, and what must be kept alive to use it.</summary>
    public (nint Address, object Owner) Share(long offset)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        _shared = true;
        // The handle's own finalizer unmaps, so holding it is enough; the view begins at offset 0, so its pointer needs
        // no correction.
        return (_handle.DangerousGetHandle() + (nint)(_view.PointerOffset + offset), _handle);
    }

    public void Dispose()
    {
        if (!_shared)
            _view.Dispose();
    }
}
