namespace MolEngine.Kernels.Checks;

/// <summary>The types that only checkpoints have.</summary>
internal static class CastWideChecks
{
    public static IReadOnlyList<KernelCheck> All { get; } =
    [
        new CastWideCheck<Half>("cast_f16_f32", Halves, h => (float)h),
        new CastWideCheck<double>("cast_f64_f32", Doubles, d => (float)d),
    ];

    /// <summary>Every one there is, again and again.</summary>
    private static Half[] Halves(int count) =>
        [.. Enumerable.Range(0, count).Select(i => BitConverter.UInt16BitsToHalf((ushort)(i * 40_503)))];

    /// <summary>Of every magnitude that fp32 has and some beyond, and halves of its last place.</summary>
    private static double[] Doubles(int count)
    {
        float[] values = CheckValues.AnyBits(count, 3), rest = CheckValues.Uniform(count, 4);
        return [.. values.Select((v, i) => v * (1 + (Math.Round(rest[i] * 4) * Math.Pow(2, -25))))];
    }
}
