using System.Diagnostics;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Simd;

/// <summary>
/// A child process (tests/SimdProbe) with an instruction set switched off. It checks by itself that the switch took,
/// and exits with 3 where not.
/// </summary>
public sealed class SimdSwitchTests
{
    [Fact]
    public void Without_a_switch_the_child_chooses_as_we_do() => Assert.Equal(SimdLevels.Best, Probe(null));

    [Fact]
    public void Without_AVX512_it_is_Vector256_at_most() =>
        Assert.Equal((SimdLevel)Math.Min((int)SimdLevels.Best, (int)SimdLevel.Vector256), Probe("DOTNET_EnableAVX512"));

    [Fact]
    public void Without_AVX2_it_is_scalar() => Assert.Equal(SimdLevel.Scalar, Probe("DOTNET_EnableAVX2"));

    private static SimdLevel Probe(string? off)
    {
        ProcessStartInfo start = DotnetProgram.Of("MolEngine.SimdProbe.dll");
        if (off is not null)
            start.Environment[off] = "0";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, $"the probe exited with {child.ExitCode}: {errors.Result}");
        return Enum.Parse<SimdLevel>(output.Trim());
    }
}
