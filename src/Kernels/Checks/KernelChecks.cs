using MolEngine.Kernels.Checks.Attention;
using MolEngine.Kernels.Checks.Head;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>The checks of all kernels.</summary>
public static class KernelChecks
{
    public static IReadOnlyList<KernelCheck> All { get; } =
        [.. Small(), .. SmallOf(DType.F32), .. SmallOf(DType.BF16), .. Products(), .. AttentionChecks.All, .. Head()];

    /// <summary>
    /// Runs checks one by one, as the results are asked for. Whatever a kernel does wrong is a result, not an
    /// exception; as it may have spoiled its device, the next kernel gets a new one. A fault after which the device
    /// answers no more has ended CUDA in this process: the kernels left are not to be blamed for it.
    /// </summary>
    /// <param name="open">Takes hold of the device.</param>
    /// <param name="elsewhere">Runs the checks that are left after such a fault in another process; null leaves them
    /// out.</param>
    /// <param name="most">Cases of each kernel that are tried, the first ones, none measured; null for all.</param>
    /// <exception cref="OutOfMemoryException">The device has too little for the cases.</exception>
    public static IEnumerable<KernelCheckResult> Run(
        IReadOnlyList<KernelCheck> checks, Func<CheckDevice> open,
        Func<IReadOnlyList<KernelCheck>, IEnumerable<KernelCheckResult>>? elsewhere = null, int? most = null)
    {
        CheckDevice? device = null;
        try
        {
            for (int i = 0; i < checks.Count; i++)
            {
                device ??= open();
                KernelCheckResult result = new KernelTrial(device, checks[i], most).Run();
                yield return result;
                if (result.Failure is null)
                    continue;
                bool isLost = device.IsLost;
                device.Dispose();
                device = null;
                if (!isLost)
                    continue;
                foreach (KernelCheckResult left in elsewhere?.Invoke([.. checks.Skip(i + 1)]) ?? [])
                    yield return left;
                yield break;
            }
        }
        finally
        {
            device?.Dispose();
        }
    }

    private static KernelCheck[] Small() =>
    [
        new CastToBf16Check(),
        new CastToF32Check(),
        .. CastWideChecks.All,
        new SumSquaresCheck(),
        new SumCheck(),
        new AdamWCheck(),
        new AddCheck(),
        new RmsNormCheck(adds: true, DType.BF16, DType.F32),
        new RmsNormBackwardCheck(DType.F32, DType.BF16),
        new AddRowsCheck(),
        new SortIdsCheck(),
        new EmbedBackwardCheck(),
    ];

    /// <param name="type">Type of activations.</param>
    private static KernelCheck[] SmallOf(DType type) =>
    [
        new RmsNormCheck(adds: false, type),
        new RmsNormCheck(adds: true, type),
        new RmsNormBackwardCheck(type, type),
        new SwiGluCheck(backward: false, type),
        new SwiGluCheck(backward: true, type),
        new QkNormRopeCheck(type),
        new QkNormRopeBackwardCheck(type),
        new EmbedCheck(type),
    ];

    private static KernelCheck[] Products() =>
    [
        .. GemmBf16Check.All,
        new GemmF32Check(),
        new DecodeCheck(isBf16: true),
        new DecodeCheck(isBf16: false),
        new GemmFinishCheck(),
        new LinearDropoutCheck(isBf16: false),
        new LinearDropoutCheck(isBf16: true),
        new LinearTokenSumsCheck(isBf16: false),
        new LinearTokenSumsCheck(isBf16: true),
    ];

    private static KernelCheck[] Head() =>
    [
        new HeadGatherCheck(bf16: false),
        new HeadGatherCheck(bf16: true),
        new HeadSetsCheck(),
        new HeadLogitsCheck(bf16: false),
        new HeadLogitsCheck(bf16: true),
        new HeadBaseCheck(),
        new HeadTermsCheck(),
        new HeadDxCheck(),
        new HeadTailCheck(bf16: false),
        new HeadTailCheck(bf16: true),
        new HeadGradientCheck(bf16: false),
        new HeadGradientCheck(bf16: true),
        new HeadTopCheck(),
        new HeadRowSumsCheck(),
        new HeadGapCheck(),
        new HeadGapFinishCheck(),
    ];
}
