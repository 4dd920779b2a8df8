using System.Runtime.InteropServices;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Tests.Launch;

public sealed class KernelArgumentsTests
{
    [StructLayout(LayoutKind.Sequential)]
    private struct ByteAndLong
    {
        public byte A;
        public long B;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ThreeBytes
    {
        public byte A;
        public byte B;
        public byte C;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Large
    {
        public fixed int Values[1000];
    }

    [Fact]
    public void Each_argument_is_aligned_as_its_type()
    {
        KernelArguments a = new KernelArguments().Add((byte)1).Add(2).Add((short)3).Add(4.0).Add(5f).Add(new ThreeBytes())
            .Add(new ByteAndLong()).Add((byte)6).Add((ulong)7);
        Assert.Equal(
            [(0, 1), (4, 4), (8, 2), (16, 8), (24, 4), (28, 3), (32, 16), (48, 1), (56, 8)],
            Enumerable.Range(0, a.Count).Select(i => a[i]));
        Assert.Equal(64, a.Bytes);
        Assert.Equal((0, 0), (a.Clear().Count, a.Bytes));
    }

    [Fact]
    public unsafe void Pointers_lead_to_the_values()
    {
        KernelArguments a = new KernelArguments().Add((byte)200).Add(-5L).Add(1.5f);
        void** pointers = stackalloc void*[3];
        a.Point(pointers);
        Assert.Equal((200, -5L, 1.5f), (*(byte*)pointers[0], *(long*)pointers[1], *(float*)pointers[2]));
        Assert.Equal(0, (nint)pointers[1] % 8);
    }

    [Fact]
    public void More_than_4096_bytes_are_refused()
    {
        KernelArguments a = new KernelArguments().Add(new Large());
        for (int i = 0; i < 12; i++)
            a.Add((long)i);
        Assert.Equal(KernelArguments.LargestBytes, a.Bytes);
        ArgumentException e = Assert.Throws<ArgumentException>(() => a.Add((byte)1));
        Assert.Equal(
            "kernel argument 13 (Byte): expected at most 4096 bytes of arguments, got 4097. Put what is large into device "
            + "memory.", e.Message);
        Assert.Equal(13, a.Count);
    }

    [Fact]
    public void Types_that_differ_in_C_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new KernelArguments().Add(true));
        Assert.Throws<ArgumentException>(() => new KernelArguments().Add('c'));
    }
}
