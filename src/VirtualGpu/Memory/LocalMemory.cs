using System.Runtime.InteropServices;

namespace MolEngine.VirtualGpu.Memory;

/// <summary>The local memory of a block's threads, each thread's bytes in a row.</summary>
/// <param name="bytes">Bytes of one thread.</param>
internal sealed unsafe class LocalMemory(int bytes, int warps) : IDisposable
{
    private readonly byte* _data = (byte*)NativeMemory.AllocZeroed((nuint)bytes * (nuint)warps * 32 + 16);
    private readonly byte* _written = (byte*)NativeMemory.AllocZeroed((nuint)bytes * (nuint)warps * 32 + 16);

    /// <summary>Bytes of one thread.</summary>
    public int Bytes => bytes;

    public void Clear() => NativeMemory.Clear(_written, (nuint)bytes * (nuint)warps * 32);

    public byte* Data(int thread) => _data + ((long)thread * bytes);

    /// <summary>255 for each byte that was written.</summary>
    public byte* Written(int thread) => _written + ((long)thread * bytes);

    public void Dispose()
    {
        NativeMemory.Free(_data);
        NativeMemory.Free(_written);
    }
}
