using System.Diagnostics;
using System.Globalization;

namespace MolEngine.Trainer.Tests.Fuzzing;

/// <summary>
/// Whatever stands in a file, the program reads it or says in words of its own what is wrong: nothing else is thrown,
/// nothing aborts, nothing goes on without end. A few seeded cases of every file; as many as MOLENGINE_FUZZ says where
/// it is set (tools/fuzz.sh), which keeps what it finds.
/// </summary>
public sealed class FuzzTests(FuzzGround ground) : IClassFixture<FuzzGround>
{
    private const int UsualCases = 3;

    /// <summary>A case that takes longer is a finding of a long run; a test asserts no time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static TheoryData<int, string> Targets =>
        new(FuzzTarget.All.Select((t, i) => new TheoryDataRow<int, string>(i, t.Name)));

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_damaged_file_is_read_or_refused(int number, string name)
    {
        FuzzTarget target = FuzzTarget.All[number];
        (int first, int count, string? findings) = Run(target);
        var wrong = new List<string>();
        for (int seed = first; seed < first + count; seed++)
        {
            byte[] damaged = new Mutator(new Random(seed)).Of(target.Kind, ground.Good(target));
            string kept = findings is null ? "" : Path.Combine(findings, $"{number:D2}-{seed}");
            if (findings is not null)
                File.WriteAllBytes(kept, damaged);
            if (Verdict(target, damaged, findings is not null) is { } said)
                wrong.Add($"case {seed}: {said}");
            else if (findings is not null)
                File.Delete(kept);
        }

        Assert.True(wrong.Count == 0, $"{name}: {wrong.Count} of {count}:\n{string.Join('\n', wrong)}");
    }

    private static (int First, int Count, string? Findings) Run(FuzzTarget target)
    {
        if (Environment.GetEnvironmentVariable("MOLENGINE_FUZZ") is not { Length: > 0 } cases)
            return (0, Math.Max(1, UsualCases / target.Cost), null);
        int first = int.Parse(
            Environment.GetEnvironmentVariable("MOLENGINE_FUZZ_SEED") ?? "0", CultureInfo.InvariantCulture);
        string findings = Environment.GetEnvironmentVariable("MOLENGINE_FUZZ_FINDINGS") ?? Path.GetTempPath();
        Directory.CreateDirectory(findings);
        return (first, Math.Max(1, int.Parse(cases, CultureInfo.InvariantCulture) / target.Cost), findings);
    }

    /// <summary>What is wrong with how the program takes it; null where nothing is.</summary>
    private string? Verdict(FuzzTarget target, byte[] damaged, bool isTimed)
    {
        ground.Restore();
        File.WriteAllBytes(ground.At(target.Path), damaged);
        long start = Stopwatch.GetTimestamp();
        (int code, string _, string error) = TinyRun.Run(ground.Arguments(target));
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        if (code is < 0 or > 3)
            return $"exit {code}: {error}";
        if (error.Contains("unexpected error", StringComparison.Ordinal))
            return error;
        if (code != 0 && error.Length == 0 && target.Command[0] != "plan")
            return $"exit {code} without a word";
        return isTimed && took > Patience ? $"took {took.TotalSeconds:F1} s: exit {code}: {error}" : null;
    }
}
