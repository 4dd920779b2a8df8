using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Tests.Simd;

/// <summary>Runs <see cref="SimdMemberChecks{S, V}"/> at every width that this processor has.</summary>
public sealed class SimdMemberTests
{
    public static TheoryData<SimdLevel> Levels => [SimdLevel.Scalar, SimdLevel.Vector256, SimdLevel.Vector512];

    [Theory]
    [MemberData(nameof(Levels))]
    public void Arithmetic_equals_the_scalar_twin(SimdLevel level) => At(level).Arithmetic_equals_the_scalar_twin();

    [Theory]
    [MemberData(nameof(Levels))]
    public void Fused_multiply_add_rounds_once(SimdLevel level) => At(level).Fused_multiply_add_rounds_once();

    [Theory]
    [MemberData(nameof(Levels))]
    public void Max_and_min_equal_the_scalar_twin_also_for_NaN_and_signed_zero(SimdLevel level) =>
        At(level).Max_and_min_equal_the_scalar_twin_also_for_NaN_and_signed_zero();

    [Theory]
    [MemberData(nameof(Levels))]
    public void Round_goes_to_the_nearest_with_ties_to_even(SimdLevel level) =>
        At(level).Round_goes_to_the_nearest_with_ties_to_even();

    [Theory]
    [MemberData(nameof(Levels))]
    public void Powers_of_two_are_exact_over_the_whole_range(SimdLevel level) =>
        At(level).Powers_of_two_are_exact_over_the_whole_range();

    [Theory]
    [MemberData(nameof(Levels))]
    public void Comparisons_equal_the_scalar_twin_also_for_NaN(SimdLevel level) =>
        At(level).Comparisons_equal_the_scalar_twin_also_for_NaN();

    [Theory]
    [MemberData(nameof(Levels))]
    public void Bf16_is_widened_exactly_and_no_byte_beyond_is_read(SimdLevel level) =>
        At(level).Bf16_is_widened_exactly_and_no_byte_beyond_is_read();

    [Theory]
    [MemberData(nameof(Levels))]
    public void Even_and_odd_elements_are_told_apart(SimdLevel level) =>
        At(level).Even_and_odd_elements_are_told_apart();

    [Theory]
    [MemberData(nameof(Levels))]
    public void Four_sums_across_are_those_of_each(SimdLevel level) => At(level).Four_sums_across_are_those_of_each();

    [Theory]
    [MemberData(nameof(Levels))]
    public void Sums_and_maxima_across_are_those_of_the_elements(SimdLevel level) =>
        At(level).Sums_and_maxima_across_are_those_of_the_elements();

    [Theory]
    [MemberData(nameof(Levels))]
    public void Loads_stores_and_constants_are_plain(SimdLevel level) =>
        At(level).Loads_stores_and_constants_are_plain();

    private static ISimdMemberChecks At(SimdLevel level)
    {
        Assert.SkipUnless(SimdLevels.IsSupported(level), $"this processor has no {level}");
        return level switch
        {
            SimdLevel.Vector512 => new SimdMemberChecks<Vector512Simd, Vector512<float>>(),
            SimdLevel.Vector256 => new SimdMemberChecks<Vector256Simd, Vector256<float>>(),
            _ => new SimdMemberChecks<ScalarSimd, float>(),
        };
    }
}

/// <summary>The checks without their width, which a public test class cannot name.</summary>
internal interface ISimdMemberChecks
{
    void Arithmetic_equals_the_scalar_twin();

    void Fused_multiply_add_rounds_once();

    void Max_and_min_equal_the_scalar_twin_also_for_NaN_and_signed_zero();

    void Round_goes_to_the_nearest_with_ties_to_even();

    void Powers_of_two_are_exact_over_the_whole_range();

    void Comparisons_equal_the_scalar_twin_also_for_NaN();

    void Bf16_is_widened_exactly_and_no_byte_beyond_is_read();

    void Even_and_odd_elements_are_told_apart();

    void Four_sums_across_are_those_of_each();

    void Sums_and_maxima_across_are_those_of_the_elements();

    void Loads_stores_and_constants_are_plain();
}
