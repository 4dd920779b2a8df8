namespace MolEngine.Kernels.Checks.Attention;

/// <summary>The checks of attention's kernels.</summary>
internal static class AttentionChecks
{
    /// <summary>
    /// Checks of every kernel of attention, each at a size of head that fits it whole, and at others.
    /// </summary>
    public static IEnumerable<KernelCheck> All { get; } =
    [
        .. Bf16(64, 20), .. Bf16(96, 80), .. Bf16(128, 101),
        new AttentionForwardCheck(isBf16: false, 64, 20, 128, 5),
        AttentionBackwardCheck.Queries(isBf16: false, 64, 20, 128, 5),
        AttentionBackwardCheck.Keys(isBf16: false, 64, 20, 128, 5),
        .. ((bool[])[true, false]).SelectMany(isBf16 => (KernelCheck[])[
            AttentionBackwardCheck.Terms(isBf16), new AttentionPagedCheck(isBf16), new AttentionJoinCheck(isBf16)]),
        new PageRowsCheck(stores: true), new PageRowsCheck(stores: false),
    ];

    private static KernelCheck[] Bf16(params int[] headDims) =>
    [
        new AttentionForwardCheck(isBf16: true, headDims),
        AttentionBackwardCheck.Queries(isBf16: true, headDims),
        AttentionBackwardCheck.Keys(isBf16: true, headDims),
    ];
}
