namespace MolEngine.Kernels.Checks;

/// <summary>The checks of all kernels.</summary>
public static class KernelChecks
{
    public static IReadOnlyList<KernelCheck> All { get; } =
    [
        new CastToBf16Check(),
        new CastToF32Check(),
        new SumSquaresCheck(),
        new SumCheck(),
        new AdamWCheck(),
        new AttentionForwardCheck(isBf16: true, 64, 20),
        new AttentionForwardCheck(isBf16: true, 96, 80),
        new AttentionForwardCheck(isBf16: true, 128, 101),
        new AttentionForwardCheck(isBf16: false, 64, 20, 128, 5),
        AttentionBackwardCheck.Terms(isBf16: true),
        AttentionBackwardCheck.Terms(isBf16: false),
        AttentionBackwardCheck.Queries(isBf16: true, 64, 20),
        AttentionBackwardCheck.Queries(isBf16: true, 96, 80),
        AttentionBackwardCheck.Queries(isBf16: true, 128, 101),
        AttentionBackwardCheck.Queries(isBf16: false, 64, 20, 128, 5),
        AttentionBackwardCheck.Keys(isBf16: true, 64, 20),
        AttentionBackwardCheck.Keys(isBf16: true, 96, 80),
        AttentionBackwardCheck.Keys(isBf16: true, 128, 101),
        AttentionBackwardCheck.Keys(isBf16: false, 64, 20, 128, 5),
        new AttentionCachedCheck(isBf16: true),
        new AttentionCachedCheck(isBf16: false),
        new AttentionJoinCheck(isBf16: true),
        new AttentionJoinCheck(isBf16: false),
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
