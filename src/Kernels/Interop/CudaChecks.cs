using System.Runtime.CompilerServices;

namespace MolEngine.Kernels.Interop;

/// <summary>Turns a status that is not success into an exception that carries the call.</summary>
public static class CudaChecks
{
    /// <summary>Of exceptions out of cuBLASLt.</summary>
    public const string CublasLtName = "cuBLASLt";

    public static void Check(
        this ICudaDriver driver, CUresult result, [CallerArgumentExpression(nameof(result))] string call = "")
    {
        if (result == CUresult.CUDA_SUCCESS)
            return;
        _ = driver.cuGetErrorName(result, out string? name);
        _ = driver.cuGetErrorString(result, out string? text);
        throw new CudaException("CUDA driver", Plain(call), (int)result, name ?? $"{result}", text, Advice(result));
    }

    public static void Check(
        this INvrtc nvrtc, nvrtcResult result, [CallerArgumentExpression(nameof(result))] string call = "")
    {
        if (result != nvrtcResult.NVRTC_SUCCESS)
            throw new CudaException("NVRTC", Plain(call), (int)result, $"{result}", nvrtc.nvrtcGetErrorString(result));
    }

    public static void Check(
        this ICublasLt blas, cublasStatus_t status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status == cublasStatus_t.CUBLAS_STATUS_SUCCESS)
            return;
        throw new CudaException(
            CublasLtName, Plain(call), (int)status, blas.cublasLtGetStatusName(status) ?? $"{status}",
            blas.cublasLtGetStatusString(status));
    }

    /// <summary>The call on one line, from the C function's name on.</summary>
    private static string Plain(string call)
    {
        string line = string.Join(' ', call.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        int dot = line.IndexOf('.', StringComparison.Ordinal), open = line.IndexOf('(', StringComparison.Ordinal);
        return dot >= 0 && dot < open ? line[(line.LastIndexOf('.', open) + 1)..] : line;
    }

    /// <summary>Faults of a kernel come out of whatever call follows it.</summary>
    private static string Advice(CUresult result) => result switch
    {
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS or CUresult.CUDA_ERROR_MISALIGNED_ADDRESS
            or CUresult.CUDA_ERROR_LAUNCH_FAILED or CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION
            or CUresult.CUDA_ERROR_INVALID_PC or CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE
            or CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR or CUresult.CUDA_ERROR_ASSERT =>
            "A kernel that was launched earlier did this; CUDA_LAUNCH_BLOCKING=1 shows which.",
        CUresult.CUDA_ERROR_LAUNCH_TIMEOUT =>
            "The system stops kernels that hold a display's GPU for seconds: use one without a display.",
        CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION or CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU =>
            "Update the NVIDIA driver.",
        _ => "",
    };
}
