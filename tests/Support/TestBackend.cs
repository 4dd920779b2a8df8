using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.Support;

/// <summary>
/// A backend that op suites run on. Suites are abstract and written once; each has one sealed subclass per backend:
/// <c>public sealed class ScalarSwiGluTests() : SwiGluTests(TestBackend.Scalar)</c>, and so on.
/// </summary>
public sealed class TestBackend
{
    /// <summary>
    /// The CPU at the widest level that it has, on one thread: tests run side by side, and idle threads wait busily.
    /// </summary>
    public static readonly TestBackend Cpu = new(level: null);

    /// <summary>
    /// The same with products of bf16 operands, by the processor's own instructions where it has them.
    /// </summary>
    public static readonly TestBackend CpuBf16 = new(level: null, products: DType.BF16);

    /// <summary>The same at another level, whose operands are rounded without such instructions.</summary>
    public static readonly TestBackend Vector256Bf16 = new(SimdLevel.Vector256, products: DType.BF16);

    public static readonly TestBackend Scalar = new(SimdLevel.Scalar);
    public static readonly TestBackend Vector256 = new(SimdLevel.Vector256);
    public static readonly TestBackend Vector512 = new(SimdLevel.Vector512);

    /// <summary>The CUDA backend on the virtual GPU, in fp32 throughout.</summary>
    public static readonly TestBackend VirtualF32 = new(DType.F32);

    /// <summary>
    /// The same without the look for races in shared memory, in half the time: for whole models, whose kernels the op
    /// suites run watched.
    /// </summary>
    public static readonly TestBackend VirtualModel = new(DType.F32, findsRaces: false);

    /// <summary>The CUDA backend on the virtual GPU with bf16 activations.</summary>
    public static readonly TestBackend VirtualBf16 = new(DType.BF16);

    /// <summary>The same for whole models, as <see cref="VirtualModel"/>.</summary>
    public static readonly TestBackend VirtualBf16Model = new(DType.BF16, findsRaces: false);

    /// <summary>
    /// The same with approximate instructions as bad as documented, which includes the sums within a tensor core's
    /// product: for suites that ask no product for equal bits.
    /// </summary>
    public static readonly TestBackend PerturbedBf16 = new(DType.BF16, perturbation: 1);

    /// <summary>
    /// As <see cref="VirtualBf16"/>, with sums inside a tensor core's product cut off, as on hardware.
    /// </summary>
    public static readonly TestBackend TruncatingBf16 = new(DType.BF16, truncates: true);

    /// <summary>The same for whole models, as <see cref="VirtualModel"/>.</summary>
    public static readonly TestBackend TruncatingBf16Model = new(DType.BF16, findsRaces: false, truncates: true);

    private readonly SimdLevel? _level;
    private readonly ulong? _perturbation;
    private readonly bool _findsRaces = true;
    private readonly bool _truncates;

    private TestBackend(SimdLevel? level, DType products = DType.F32) => (_level, ProductType) = (level, products);

    private TestBackend(
        DType activationType, ulong? perturbation = null, bool findsRaces = true, bool truncates = false)
    {
        (ActivationType, ProductType, IsVirtual) = (activationType, activationType, true);
        (_perturbation, _findsRaces, _truncates) = (perturbation, findsRaces, truncates);
    }

    public DType ActivationType { get; } = DType.F32;

    /// <summary>Of products' operands: activations may be wider.</summary>
    public DType ProductType { get; }

    public bool IsBf16 => ProductType == DType.BF16;

    public bool IsVirtual { get; }

    /// <summary>
    /// Whether approximate instructions err, each by its place in the code, too: two paths of a kernel have other bits.
    /// </summary>
    public bool IsPerturbed => _perturbation is not null;

    /// <summary>
    /// The backend: at variant 0 as usual; at another one with something changed that must change no bit: the CPU's
    /// number of threads, the order in which the virtual GPU runs warps and streams.
    /// </summary>
    /// <param name="perturbation">
    /// Seeds errors, as documented, of the virtual GPU's approximate instructions; null for none.
    /// </param>
    /// <param name="onLaunch">Told of every launch of the virtual GPU.</param>
    public Ops Create(
        int variant = 0, ulong? perturbation = null, Action<string, LaunchCounters>? onLaunch = null)
    {
        if (!IsVirtual)
        {
            var level = (SimdLevel)Math.Min((int)(_level ?? SimdLevels.Best), (int)SimdLevels.Best);
            return CpuBackend.Create(level, variant > 0 ? variant : _level is null ? 1 : 2, ProductType);
        }

        var options = new LaunchOptions
        {
            Seed = (ulong)variant + 1,
            PerturbationSeed = perturbation ?? _perturbation,
            FindSharedRaces = _findsRaces,
            TruncatesProducts = _truncates,
        };
        var driver = new VirtualCudaDriver(DeviceProfile.Sm80, options, new VirtualProcess())
        {
            OnLaunch = onLaunch,
        };
        return CudaBackend.Create(driver, 0, KernelImages.Carried, ActivationType);
    }
}
