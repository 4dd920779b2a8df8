using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>A backend's tensors as host tensors, one at a time.</summary>
public sealed class HostCopy(Ops ops) : IDisposable
{
    /// <summary>Bytes of a copy at once.</summary>
    private const long PieceBytes = 1 << 30;

    private readonly HostArena _arena = new("copy of a device's tensor");

    /// <summary>
    /// The tensor itself where it lies in host memory; otherwise a copy, which holds until the next call.
    /// </summary>
    public Tensor Of(Tensor tensor)
    {
        if (!tensor.IsOnDevice)
            return tensor;
        _arena.Dispose();
        return To(tensor, _arena);
    }

    /// <summary>The same with a copy that lives as long as an arena.</summary>
    /// <param name="host">An arena of host memory.</param>
    public Tensor To(Tensor tensor, Arena host)
    {
        if (!tensor.IsOnDevice)
            return tensor;
        Tensor copy = host.AllocateLike(tensor);
        int size = tensor.Type.Size();
        for (long done = 0; done < tensor.Count; done += PieceBytes / size)
        {
            int count = (int)Math.Min(PieceBytes / size, tensor.Count - done);
            Tensor piece = new(
                tensor.Name, tensor.Type, new Shape(count), tensor.Address + (nint)(done * size), tensor);
            ops.Download(piece, Conversions.Bytes(copy, done, count));
        }

        return copy;
    }

    public void Dispose() => _arena.Dispose();
}
