using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>
/// Products x W^T of few tokens, by kernels/decode.cu: each weight is read once, at the speed of memory. Bits differ
/// from those of <see cref="BuiltinGemm"/>.
/// </summary>
internal sealed class DecodeGemm(CudaStream stream, CudaKernels kernels) : IGemm
{
    public const string Source = "decode", Bf16Kernel = "decode_bf16", F32Kernel = "decode_f32";

    /// <summary>Most rows of A.</summary>
    public const int MostTokens = 16;

    private const int Threads = 256, RowsPerBlock = 16;

    private readonly KernelArguments _arguments = new();

    /// <summary>
    /// Queues a product of at most 16 rows, A stored [M, K] and B [N, K], each term's B of a type of its own.
    /// Where A is BF16 an fp32 B is rounded to it.
    /// </summary>
    public void Run(in GemmCall call)
    {
        if (call.M == 0 || call.N == 0)
            return;
        _arguments.Clear();
        AddTo(_arguments, call);
        kernels.Get(Source, call.A.Type == DType.BF16 ? Bf16Kernel : F32Kernel)
            .Launch(stream, Shape(call.N), _arguments);
    }

    public void Dispose()
    {
    }

    internal static LaunchShape Shape(int n) =>
        new(new Dim3((uint)((n + RowsPerBlock - 1L) / RowsPerBlock)), new Dim3(Threads));

    internal static void AddTo(KernelArguments arguments, in GemmCall call) => arguments
        .Add(Term.Of(call.K, call.A, call.B))
        .Add(call.Second is { } second ? Term.Of(second.K, second.A, second.B) : default)
        .Add(GemmOutput.Of(call));

    /// <summary><c>DecodeTerm</c> of kernels/decode.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Term(
        ulong X, ulong W, int K, int StrideX, int StrideW, int IsAligned, int WIsBf16, int Unused)
    {
        private const int PartBytes = 16, Neighbours = 4;

        public static Term Of(int k, in GemmOperand x, in GemmOperand w)
        {
            bool isBf16 = x.Type == DType.BF16;
            bool isAligned = x.IsAligned(PartBytes) && w.IsAligned(isBf16 ? PartBytes : Neighbours * w.Type.Size());
            return new Term(
                x.Address, w.Address, k, x.Stride, w.Stride, GemmOutput.Flag(isAligned),
                GemmOutput.Flag(w.Type == DType.BF16), 0);
        }
    }
}
