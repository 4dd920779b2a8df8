using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Launch;

/// <summary>
/// The arguments of a kernel, packed in order, each aligned as its type: what C++ calls a struct of them. One object
/// serves any number of launches: the driver copies the values at each. Not thread-safe.
/// </summary>
public sealed class KernelArguments
{
    /// <summary>Bytes that a kernel's parameters may take together, on every architecture.</summary>
    public const int LargestBytes = 4096;

    private const int LargestAlignment = 16;

    private readonly byte[] _bytes = GC.AllocateArray<byte>(LargestBytes, pinned: true);
    private readonly List<(int Offset, int Size)> _arguments = [];

    public int Count => _arguments.Count;

    /// <summary>Bytes taken so far, padding between arguments included.</summary>
    public int Bytes { get; private set; }

    /// <summary>Bytes of the tensors whose addresses were added, and of what else the kernel moves.</summary>
    public long TensorBytes { get; private set; }

    /// <summary>How many of them cross the bus to the host's memory, half of them each way.</summary>
    public long LinkBytes { get; private set; }

    /// <summary>Says of bytes that no tensor among the arguments stands for.</summary>
    /// <param name="linkBytes">How many of them cross the bus.</param>
    public KernelArguments Moves(long bytes, long linkBytes = 0)
    {
        TensorBytes += bytes;
        LinkBytes += linkBytes;
        return this;
    }

    /// <summary>Forgets all arguments.</summary>
    public KernelArguments Clear()
    {
        _arguments.Clear();
        (Bytes, TensorBytes, LinkBytes) = (0, 0, 0);
        return this;
    }

    /// <summary>The address of device memory.</summary>
    public KernelArguments Add(DeviceMemory memory) => Add(memory.Address);

    /// <summary>The address of a tensor on the device, or null.</summary>
    public KernelArguments Add(Tensor? tensor)
    {
        TensorBytes += tensor?.Bytes ?? 0;
        return Add((ulong)(tensor?.Address ?? 0));
    }

    /// <summary>A number, or a struct of numbers laid out as in C.</summary>
    /// <exception cref="ArgumentException">Bool, char, or beyond 4,096 bytes together.</exception>
    public KernelArguments Add<T>(T value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(bool) || typeof(T) == typeof(char) || typeof(T) == typeof(decimal))
        {
            throw new ArgumentException(
                $"kernel argument {Count}: expected a number of a size that C++ has too, got {typeof(T).Name}. "
                + "Use int for a flag.");
        }

        int size = Unsafe.SizeOf<T>();
        int alignment = AlignmentOf<T>();
        int offset = (Bytes + alignment - 1) / alignment * alignment;
        if (offset + size > LargestBytes)
        {
            throw new ArgumentException(
                $"kernel argument {Count} ({typeof(T).Name}): expected at most {LargestBytes} bytes of arguments, got "
                + $"{offset + size}. Put what is large into device memory.");
        }

        MemoryMarshal.Write(_bytes.AsSpan(offset), in value);
        _arguments.Add((offset, size));
        Bytes = offset + size;
        return this;
    }

    /// <exception cref="ArgumentException">
    /// The arguments differ from the kernel's parameters in number or size.
    /// </exception>
    public void Check(KernelSignature signature)
    {
        IReadOnlyList<int> expected = signature.ParameterBytes;
        if (Count != expected.Count)
        {
            throw new ArgumentException(
                $"launch of {signature.Name}: arguments: expected {expected.Count}, got {Count}");
        }

        for (int i = 0; i < Count; i++)
        {
            if (_arguments[i].Size != expected[i])
            {
                throw new ArgumentException(
                    $"launch of {signature.Name}: argument {i}: expected {expected[i]} bytes, got "
                        + $"{_arguments[i].Size}");
            }
        }
    }

    /// <summary>Offset and size of an argument.</summary>
    internal (int Offset, int Size) this[int index] => _arguments[index];

    /// <summary>Writes a pointer to each argument.</summary>
    internal unsafe void Point(void** pointers)
    {
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes));
        for (int i = 0; i < _arguments.Count; i++)
            pointers[i] = start + _arguments[i].Offset;
    }

    /// <summary>What C++ aligns a value of the type to.</summary>
    private static int AlignmentOf<T>()
        where T : unmanaged =>
        Math.Min(Unsafe.SizeOf<Aligned<T>>() - Unsafe.SizeOf<T>(), LargestAlignment);

    [StructLayout(LayoutKind.Sequential)]
    private struct Aligned<T>
        where T : unmanaged
    {
        public byte Before;
        public T Value;
    }
}
