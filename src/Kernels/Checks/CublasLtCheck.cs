using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Checks;

/// <summary>
/// cuBLASLt's products against those of this program's kernels, as they are compared whenever a device is opened.
/// </summary>
public sealed class CublasLtCheck(ICublasLt library) : KernelCheck(
    GemmBf16Shape.Source, Name, "equal bits, of products of integers")
{
    public const string Name = "cublaslt";

    public override void Run(KernelTrial trial) => trial.Cases(CublasLtProof.Kinds, device =>
    {
        string? failure = null;
        using var gemm = new CublasLtGemm(device.Stream, device.Kernels, library, note => failure = note);
        var own = new BuiltinGemm(device.Stream, device.Kernels);
        string? difference = new CublasLtProof(device.Stream, gemm, own).FirstDifference();
        if ((failure ?? difference) is { } wrong)
            throw new KernelCheckException(wrong);
    });
}
