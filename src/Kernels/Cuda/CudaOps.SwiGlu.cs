using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <summary>What a thread of kernels/swiglu.cu takes of each array.</summary>
    private const int SwiGluBytes = 16;

    protected override void SwiGluCore(Tensor gate, Tensor up, Tensor y)
    {
        if (gate.Count == 0)
            return;
        SwiGluRows rows = SwiGluRows.Of(gate, gate, y);
        Launch(
            "swiglu", KernelName.Of("swiglu", ActivationType), rows.Shape(gate.Count),
            Arguments().Add(gate).Add(up).Add(rows).Add(y));
    }

    protected override void SwiGluBackwardCore(
        Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp, Tensor y)
    {
        if (gate.Count == 0)
            return;
        SwiGluRows rows = SwiGluRows.Of(gate, dGate, y);
        Launch(
            "swiglu", KernelName.Of("swiglu_backward", ActivationType), rows.Shape(gate.Count),
            Arguments().Add(dy).Add(gate).Add(up).Add(rows).Add(dGate).Add(dUp).Add(y));
    }

    /// <summary><c>SwiGluRows</c> of kernels/swiglu.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct SwiGluRows(long Width, int Stride, int GradientStride, int OutputStride, int Blocks)
    {
        /// <summary>What is dense everywhere is one row.</summary>
        /// <param name="gradient">Of the gate; the gate itself on the way forth.</param>
        public static SwiGluRows Of(Tensor gate, Tensor gradient, Tensor y)
        {
            bool isOneRow = gate.IsDense && gradient.IsDense && y.IsDense;
            long width = isOneRow ? gate.Count : gate.Shape[1];
            return new SwiGluRows(
                width, Stride(gate), Stride(gradient), Stride(y), BlocksOf(width, gate.Type));

            int Stride(Tensor x) => isOneRow ? 0 : RowStride(x);
        }

        /// <summary>Blocks of a row.</summary>
        public static int BlocksOf(long width, DType type)
        {
            long perBlock = ElementThreads * (SwiGluBytes / type.Size());
            return checked((int)((width + perBlock - 1) / perBlock));
        }

        /// <summary>A launch over so many elements.</summary>
        public LaunchShape Shape(long count) =>
            new(new Dim3(checked((uint)(count / Width * Blocks))), new Dim3(ElementThreads));
    }
}
