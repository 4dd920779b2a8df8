using System.Runtime.InteropServices;
using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void UploadCore(Tensor host, Tensor destination) => CopyCore(host, destination);

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
        if (destination.Type == DType.BF16 && source.Type == DType.F32)
        {
            ushort* bits = (ushort*)destination.Address;
            ForChunks(source.Count, (start, count) => ToBf16((float*)from + start, bits + start, count));
            return;
        }

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
                ForChunks(
                    source.Count, (start, count) => RowMath<S, V>.Widen((ushort*)from + start, to + start, count));
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
            RowMath<S, V>.Add(px + start, py + start, py + start, count));
    }

    private static void ToBf16(float* source, ushort* destination, int count)
    {
        for (int i = 0; i < count; i++)
            destination[i] = Bf16.Round(source[i]);
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
