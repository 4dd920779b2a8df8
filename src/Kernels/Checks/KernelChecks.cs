using MolEngine.Kernels.Checks.Head;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Checks;

/// <summary>The checks of all kernels.</summary>
public static class KernelChecks
{
    public static IReadOnlyList<KernelCheck> All { get; } =
    [
        new CastToBf16Check(),
        new CastToF32Check(),
        .. CastWideChecks.All,
        new SumSquaresCheck(),
        new SumCheck(),
        new AdamWCheck(isTable: true),
        new AdamWCheck(isTable: false),
        new AddCheck(),
        .. ((DType[])[DType.F32, DType.BF16]).SelectMany(t => (KernelCheck[])[
            new RmsNormCheck(adds: false, t), new RmsNormCheck(adds: true, t), new RmsNormBackwardCheck(t),
            new SwiGluCheck(backward: false, t), new SwiGluCheck(backward: true, t), new QkNormRopeCheck(t),
            new QkNormRopeBackwardCheck(t), new EmbedCheck(t)]),
        new AddRowsCheck(),
        new SortIdsCheck(),
        new EmbedBackwardCheck(),
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
        .. GemmBf16Check.All,
        new GemmF32Check(),
        .. ((bool[])[true, false]).Select(isBf16 => new DecodeCheck(isBf16)),
        new GemmFinishCheck(),
        .. ((bool[])[false, true]).SelectMany(isBf16 => (KernelCheck[])[
            new LinearDropoutCheck(isBf16), new LinearTokenSumsCheck(isBf16)]),
    ];

    /// <summary>
    /// Runs checks one by one, as the results are asked for. Whatever a kernel does wrong is a result, not an
    /// exception; as it may have spoiled its device, the next kernel gets a new one.
    /// </summary>
    /// <param name="open">Takes hold of the device.</param>
    /// <exception cref="OutOfMemoryException">The device has too little for the cases.</exception>
    public static IEnumerable<KernelCheckResult> Run(IEnumerable<KernelCheck> checks, Func<CheckDevice> open)
    {
        CheckDevice? device = null;
        try
        {
            foreach (KernelCheck check in checks)
            {
                device ??= open();
                KernelCheckResult result = new KernelTrial(device, check).Run();
                yield return result;
                if (result.Failure is null)
                    continue;
                device.Dispose();
                device = null;
            }
        }
        finally
        {
            device?.Dispose();
        }
    }
}
