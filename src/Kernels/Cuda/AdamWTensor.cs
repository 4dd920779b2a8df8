using System.Runtime.InteropServices;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda;

/// <summary>
/// <c>AdamWTensor</c> of kernels/adamw.cu: addresses of a tensor's arrays, and its place in a launch.
/// </summary>
/// <param name="Copy">Address of a bf16 copy, or 0.</param>
/// <param name="FirstBlock">Blocks of the tensors before it.</param>
/// <param name="Decayed">1 where weight decay applies, else 0.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AdamWTensor(
    ulong Parameter, ulong Gradient, ulong M, ulong V, ulong Copy, long Count, int FirstBlock, int Decayed)
{
    public const int Threads = 256, PerBlock = 4096;

    /// <summary>Of 8 bytes, in the table.</summary>
    public const int Words = 7;

    public static AdamWTensor Of(AdamWTensors t, int firstBlock) => new(
        (ulong)t.Value.Address, (ulong)t.Gradient.Address, (ulong)t.M.Address, (ulong)t.V.Address,
        (ulong)(t.Copy?.Address ?? 0), t.Value.Count, firstBlock, t.Decays ? 1 : 0);
}
