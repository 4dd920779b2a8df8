using System.Runtime.InteropServices;
using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>
/// Between the four element types of weights, each number rounded once, to the nearest, ties to even. Works block by
/// block, as a span of bytes ends at 2 GiB and a tensor need not.
/// </summary>
public static class Conversions
{
    private const int BlockSize = 1 << 14;

    /// <summary>Element <paramref name="index"/> of a host tensor of floats.</summary>
    public static double Element(Tensor tensor, long index)
    {
        Span<double> value = stackalloc double[1];
        Widen(Bytes(tensor, index, 1), tensor.Type, value);
        return value[0];
    }

    /// <summary>
    /// Converts all elements. Both are host tensors of floats of equal count; the source's address need not be aligned.
    /// </summary>
    public static void Convert(Tensor source, Tensor target)
    {
        if (source.Count != target.Count)
            throw new ArgumentException($"{source.Name}: {source.Count} elements into {target.Count}", nameof(target));
        var block = new double[BlockSize];
        for (long done = 0; done < source.Count; done += BlockSize)
        {
            int part = (int)Math.Min(BlockSize, source.Count - done);
            Convert(Bytes(source, done, part), source.Type, Bytes(target, done, part), target.Type, block);
        }
    }

    /// <summary>The first element of a host tensor of floats that is NaN or infinite; null where none is.</summary>
    public static (double Value, long Index)? FirstNotFinite(Tensor tensor)
    {
        var block = new double[BlockSize];
        for (long done = 0; done < tensor.Count; done += BlockSize)
        {
            Span<double> part = block.AsSpan(0, (int)Math.Min(BlockSize, tensor.Count - done));
            Widen(Bytes(tensor, done, part.Length), tensor.Type, part);
            if (NotFinite(part) is >= 0 and int at)
                return (part[at], done + at);
        }

        return null;
    }

    /// <summary>Writes all elements, as <paramref name="type"/>, little-endian.</summary>
    /// <param name="where">The tensor and its file, for the error.</param>
    /// <exception cref="BrokenWeightException">One is NaN or infinite, or becomes so by rounding.</exception>
    public static void Write(Tensor source, DType type, Stream stream, string where)
    {
        var block = new double[BlockSize];
        var bytes = new byte[BlockSize * type.Size()];
        for (long done = 0; done < source.Count; done += BlockSize)
        {
            int part = (int)Math.Min(BlockSize, source.Count - done);
            Span<byte> target = bytes.AsSpan(0, part * type.Size());
            Convert(Bytes(source, done, part), source.Type, target, type, block);
            Widen(target, type, block.AsSpan(0, part));
            if (NotFinite(block.AsSpan(0, part)) is >= 0 and int at)
                throw BrokenWeightException.Of(where, source.Shape, block[at], done + at);
            stream.Write(target);
        }
    }

    /// <summary>The first place of a number that is not finite; -1 where there is none.</summary>
    private static int NotFinite(ReadOnlySpan<double> numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!double.IsFinite(numbers[i]))
                return i;
        }

        return -1;
    }

    /// <summary>
    /// The first index at which two tensors of equal count hold different numbers; null where they are equal.
    /// </summary>
    public static long? FirstDifference(Tensor a, Tensor b)
    {
        double[] x = new double[BlockSize], y = new double[BlockSize];
        for (long done = 0; done < a.Count; done += BlockSize)
        {
            int part = (int)Math.Min(BlockSize, a.Count - done);
            Span<byte> first = Bytes(a, done, part), second = Bytes(b, done, part);
            if (a.Type == b.Type && first.SequenceEqual(second))
                continue;
            Widen(first, a.Type, x.AsSpan(0, part));
            Widen(second, b.Type, y.AsSpan(0, part));
            for (int i = 0; i < part; i++)
            {
                if (!x[i].Equals(y[i]) && x[i] != y[i])
                    return done + i;
            }
        }

        return null;
    }

    /// <summary>
    /// The bytes of <paramref name="count"/> elements of a host tensor from element <paramref name="start"/> on.
    /// </summary>
    public static Span<byte> Bytes(Tensor tensor, long start, int count)
    {
        Tensor part = tensor.Reshape(checked((int)tensor.Count)).Slice(checked((int)start), count);
        return part.Type.Size() switch
        {
            2 => MemoryMarshal.AsBytes(part.Span<ushort>()),
            4 => MemoryMarshal.AsBytes(part.Span<uint>()),
            _ => MemoryMarshal.AsBytes(part.Span<ulong>()),
        };
    }

    /// <summary>Reads <c>target.Length</c> elements.</summary>
    public static void Widen(ReadOnlySpan<byte> source, DType type, Span<double> target)
    {
        switch (type)
        {
            case DType.BF16:
                ReadOnlySpan<ushort> brains = MemoryMarshal.Cast<byte, ushort>(source);
                for (int i = 0; i < target.Length; i++)
                    target[i] = Bf16.Widen(brains[i]);
                break;
            case DType.F16:
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(source);
                for (int i = 0; i < target.Length; i++)
                    target[i] = (double)halves[i];
                break;
            case DType.F32:
                ReadOnlySpan<float> singles = MemoryMarshal.Cast<byte, float>(source);
                for (int i = 0; i < target.Length; i++)
                    target[i] = singles[i];
                break;
            case DType.F64:
                MemoryMarshal.Cast<byte, double>(source)[..target.Length].CopyTo(target);
                break;
            default:
                throw new ArgumentException($"expected a type of weights, got {type}", nameof(type));
        }
    }

    /// <summary>Rounds each number once and writes it.</summary>
    public static void Narrow(ReadOnlySpan<double> source, DType type, Span<byte> target)
    {
        switch (type)
        {
            case DType.BF16:
                Span<ushort> brains = MemoryMarshal.Cast<byte, ushort>(target);
                for (int i = 0; i < source.Length; i++)
                    brains[i] = Bf16.Round(source[i]);
                break;
            case DType.F16:
                Span<Half> halves = MemoryMarshal.Cast<byte, Half>(target);
                for (int i = 0; i < source.Length; i++)
                    halves[i] = (Half)source[i];
                break;
            case DType.F32:
                Span<float> singles = MemoryMarshal.Cast<byte, float>(target);
                for (int i = 0; i < source.Length; i++)
                    singles[i] = (float)source[i];
                break;
            case DType.F64:
                source.CopyTo(MemoryMarshal.Cast<byte, double>(target));
                break;
            default:
                throw new ArgumentException($"expected a type of weights, got {type}", nameof(type));
        }
    }

    private static void Convert(ReadOnlySpan<byte> source, DType from, Span<byte> target, DType to, double[] block)
    {
        if (from == to)
        {
            source.CopyTo(target);
            return;
        }

        Span<double> numbers = block.AsSpan(0, source.Length / from.Size());
        Widen(source, from, numbers);
        Narrow(numbers, to, target);
    }
}
