using FsCheck;
using FsCheck.Fluent;
using MolEngine.Support;

namespace MolEngine.Oracle.Tests;

public sealed class PropertyRunsTests
{
    [Theory]
    [InlineData(60, null, 60)]
    [InlineData(60, "", 60)]
    [InlineData(60, "20x", 1200)]
    [InlineData(60, "7", 7)]
    public void Cases_are_a_number_or_a_multiple(int usual, string? asked, int cases) =>
        Assert.Equal(cases, PropertyRuns.Cases(usual, asked));

    [Theory]
    [InlineData("many")]
    [InlineData("0")]
    [InlineData("-3x")]
    [InlineData("x")]
    public void Other_numbers_of_cases_are_refused(string asked) =>
        Assert.Contains($"\"{asked}\"", Assert.Throws<FormatException>(() => PropertyRuns.Cases(60, asked)).Message);

    [Fact]
    public void A_seed_is_the_usual_one_or_the_one_named_or_any()
    {
        Assert.Equal(PropertyRuns.SeedOf(null), PropertyRuns.SeedOf(""));
        Assert.Equal(17UL, PropertyRuns.SeedOf("17"));
        Assert.True(Enumerable.Range(0, 8).Select(_ => PropertyRuns.SeedOf("random")).Distinct().Count() > 1);
        Assert.Contains("\"luck\"", Assert.Throws<FormatException>(() => PropertyRuns.SeedOf("luck")).Message);
    }

    /// <summary>The same cases every time, and a failure that says how to have them again.</summary>
    [Fact]
    public void Runs_repeat_and_failures_name_the_seed()
    {
        Assert.Equal(Drawn(), Drawn());
        string message = Assert.Throws<InvalidOperationException>(() => Prop.ForAll(Numbers,
            n => n < 3).CheckAlways()).Message;
        Assert.StartsWith($"Repeat this test with {PropertyRuns.SeedVariable}=", message);
        Assert.Contains("Falsifiable", message);

        static List<int> Drawn()
        {
            List<int> drawn = [];
            Prop.ForAll(Numbers, n => drawn.Add(n)).CheckAlways(40);
            Assert.True(drawn.Distinct().Count() > 20);
            return drawn;
        }
    }

    /// <summary>FsCheck's own ways to run a property draw a seed of their own.</summary>
    [Fact]
    public void Every_property_test_runs_through_the_one_place()
    {
        string tests = Path.Combine(Shared.Repository, "tests"), support = Path.Combine(tests, "Support");
        string[] sources = [.. Directory
            .EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
            .Where(p => !p.StartsWith(support, StringComparison.Ordinal)
                && Path.GetFileName(p) != nameof(PropertyRunsTests) + ".cs")];
        Assert.Contains(sources, p => File.ReadAllText(p).Contains("[Property", StringComparison.Ordinal));
        Assert.DoesNotContain(sources, p => File.ReadAllText(p) is string text
            && (text.Contains("FsCheck.Xunit", StringComparison.Ordinal) || text.Contains(
                "QuickCheck", StringComparison.Ordinal)));
    }

    private static Arbitrary<int> Numbers => Gen.Choose(0, 1_000_000).ToArbitrary();
}
