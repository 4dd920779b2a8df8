using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Devices;

/// <summary>The config's keys of the device.</summary>
internal static class DeviceKeys
{
    public static readonly ConfigKey<DeviceChoice> Device = new(
        "device", KeyTypes.Parsed($"text of the form {DeviceChoice.Expected}", DeviceChoice.Parse),
        new DeviceChoice(DeviceKind.Auto),
        "auto takes the first GPU, else the CPU; cuda:N names a GPU; virtual plays one on the CPU, slowly; or cpu.")
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<PrecisionKind> Precision = new(
        "precision", KeyTypes.OneOf<PrecisionKind>(), PrecisionKind.Auto,
        "Of activations and matrix products: bf16 (a GPU's default; of products alone on the CPU) or fp32 (the CPU's "
            + "default, for parity on a GPU).");

    public static readonly ConfigKey<bool> Assembly = new(
        "cpu.assembly", KeyTypes.Bool, true,
        "Whether bf16 products of the CPU are kernels that are assembled for this processor (AMX, AVX512_BF16). Their "
            + "bits are others than without.");

    public static readonly ConfigKey<GemmKind> Gemm = new(
        "gemm", KeyTypes.OneOf<GemmKind>(), GemmKind.Auto,
        "Matrix products of a GPU: cublaslt is NVIDIA's (auto, where it is found); builtin is this program's.");

    public static readonly ConfigKey<GemmTuningKind> GemmTuning = new(
        "gemm_tuning", KeyTypes.OneOf<GemmTuningKind>(), GemmTuningKind.On,
        "on times cuBLASLt's best few algorithms of each large product once and keeps the fastest, also for later "
            + "runs; off takes its own choice.");

    public static readonly ConfigKey<string> CudaPath = new(
        "cuda_path", KeyTypes.Text, Default.Auto("found by search"),
        "Folder where NVIDIA's libraries are looked for first: it holds them, or is a toolkit or a site-packages.",
        s => s.Length > 0)
    {
        OnResume = OnResume.Free,
    };

    public static readonly IReadOnlyList<ConfigKey> All = [Device, Precision, Gemm, GemmTuning, Assembly, CudaPath];

    /// <summary>What gemm is where this program's kernels do products.</summary>
    public const string Builtin = "builtin";

    /// <summary>What precision has become on a backend: bf16 or fp32.</summary>
    public static string PrecisionOf(Ops ops) => ops.ProductType == DType.BF16 ? "bf16" : "fp32";

    /// <summary>What gemm has become on a backend: cublaslt or builtin.</summary>
    public static string GemmOf(Ops ops) => ops.UsesCublasLt ? "cublaslt" : Builtin;

    public static DeviceSettings Build(ConfigValues v, string source)
    {
        string? cudaPath = v.TakeTextIfGiven(CudaPath);
        if (cudaPath is not null)
        {
            cudaPath = InputPaths.Found(v, CudaPath, cudaPath, Directory.Exists, "a folder", source);
            v.Resolve(CudaPath, cudaPath);
        }

        return new DeviceSettings(
            v.Take(Device), v.Take(Precision), cudaPath, v.Take(Gemm), v.Take(GemmTuning), v.Take(Assembly));
    }
}
