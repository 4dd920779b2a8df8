using System.Runtime.InteropServices;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    /// <summary>Elements of a task of an elementwise pass: 64 KiB of fp32, a few microseconds, and a multiple of every width.</summary>
    private const int ChunkElements = 1 << 14;

    protected override void ZeroCore(Tensor x)
    {
        byte* p = (byte*)x.Address;
        int size = x.Type.Size();
        ForChunks(x.Count, (start, count) => NativeMemory.Clear(p + start * size, (nuint)count * (nuint)size));
    }

    protected override void CopyCore(Tensor source, Tensor destination)
    {
        if (source.Address == destination.Address)
            return;
        void* from = (void*)source.Address;
        float* to = F32(destination);
        if (source.Type == destination.Type)
        {
            int size = source.Type.Size();
            ForChunks(source.Count, (start, count) => NativeMemory.Copy(
                (byte*)from + start * size, (byte*)to + start * size, (nuint)count * (nuint)size));
            return;
        }

        switch (source.Type)
        {
            case DType.BF16:
                ForChunks(source.Count, (start, count) => WidenBf16((ushort*)from + start, to + start, count));
                break;
            case DType.F16:
                ForChunks(source.Count, (start, count) => WidenHalf((Half*)from + start, to + start, count));
                break;
            default:
                ForChunks(source.Count, (start, count) => Narrow((double*)from + start, to + start, count));
                break;
        }
    }

    protected override void AddCore(Tensor x, Tensor y)
    {
        float* px = F32(x), py = F32(y);
        ForChunks(x.Count, (start, count) =>
        {
            int whole = count - count % S.Count;
            AddRange<S, V>(px + start, py + start, whole);
            AddRange<ScalarSimd, float>(px + start + whole, py + start + whole, count - whole);
        });
    }

    /// <summary>
    /// Runs <paramref name="body"/> (start, count) over chunks of 0 .. count - 1. Their borders depend on the count alone.
    /// </summary>
    private void ForChunks(long count, Action<long, int> body)
    {
        int chunks = checked((int)((count + ChunkElements - 1) / ChunkElements));
        _pool.For(chunks, (chunk, _) =>
        {
            long start = (long)chunk * ChunkElements;
            body(start, (int)Math.Min(ChunkElements, count - start));
        });
    }

    private static void AddRange<T, U>(float* x, float* y, int count)
        where T : struct, ISimd<U>
        where U : unmanaged
    {
        for (int i = 0; i < count; i += T.Count)
            T.Store(y + i, T.Add(T.Load(y + i), T.Load(x + i)));
    }

    /// <summary>A vector of weights (a norm's, a bias) as fp32: itself, or a widened copy that lasts until the next call.</summary>
    private float* Widened(Tensor vector)
    {
        if (vector.Type == DType.F32)
            return F32(vector);
        int count = checked((int)vector.Count);
        float* values = _scratch.Get("widened vector", count);
        WidenBf16((ushort*)vector.Address, values, count);
        return values;
    }

    private static void WidenBf16(ushort* source, float* destination, int count)
    {
        int whole = count - count % S.Count;
        for (int i = 0; i < whole; i += S.Count)
            S.Store(destination + i, S.LoadBf16(source + i));
        for (int i = whole; i < count; i++)
            destination[i] = ScalarSimd.LoadBf16(source + i);
    }

    // f16 and f64 are met only while a checkpoint is read, where the disk is the slow part: plain loops.
    private static void WidenHalf(Half* source, float* destination, int count)
    {
        for (int i = 0; i < count; i++)
            destination[i] = (float)source[i];
    }

    private static void Narrow(double* source, float* destination, int count)
    {
        for (int i = 0; i < count; i++)
            destination[i] = (float)source[i];
    }
}
