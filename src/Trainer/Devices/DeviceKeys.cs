using MolEngine.Kernels.Ops;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Devices;

/// <summary>The config's keys of the device.</summary>
internal static class DeviceKeys
{
    public static readonly ConfigKey<string> Device = new(
        "device", KeyTypes.Text, "auto",
        "auto takes the first GPU, else the CPU; cuda:N names a GPU; virtual plays one on the CPU, slowly; or cpu.",
        s => DeviceChoice.Parse(s) is not null, $"of the form {DeviceChoice.Expected}");

    public static readonly ConfigKey<PrecisionKind> Precision = new(
        "precision", KeyTypes.OneOf<PrecisionKind>(), "auto",
        "Of activations and matrix products: bf16 (a GPU's default) or fp32 (the CPU's, for parity on a GPU).");

    public static readonly ConfigKey<GemmKind> Gemm = new(
        "gemm", KeyTypes.OneOf<GemmKind>(), "auto",
        "Matrix products of a GPU: cublaslt is NVIDIA's (auto, where it is found); builtin is this program's.");

    public static readonly ConfigKey<string> CudaPath = new(
        "cuda_path", KeyTypes.Text, "found by search",
        "Folder where NVIDIA's libraries are looked for first: it holds them, or is a toolkit or a site-packages.",
        s => s.Length > 0);

    public static readonly IReadOnlyList<ConfigKey> All = [Device, Precision, Gemm, CudaPath];

    /// <summary>What gemm has become on a backend: cublaslt or builtin.</summary>
    public static string GemmOf(Ops ops) => ops.UsesCublasLt ? "cublaslt" : "builtin";

    public static DeviceSettings Build(ConfigValues v, string source)
    {
        string? cudaPath = v.TakeTextIfGiven(CudaPath);
        if (cudaPath is not null)
        {
            cudaPath = InputPaths.Found(v, CudaPath, cudaPath, Directory.Exists, "a folder", source);
            v.Resolve(CudaPath, cudaPath);
        }

        return new DeviceSettings(
            DeviceChoice.Parse(v.Take(Device, "auto"))!.Value, v.Take(Precision, PrecisionKind.Auto), cudaPath,
            v.Take(Gemm, GemmKind.Auto));
    }
}
