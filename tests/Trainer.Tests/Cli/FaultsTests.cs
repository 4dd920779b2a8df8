using MolEngine.Trainer.Cli;

namespace MolEngine.Trainer.Tests.Cli;

public sealed class FaultsTests
{
    public static TheoryData<Exception, int, string> Failures => new()
    {
        { new UserException("a: wrong"), 2, "molengine: a: wrong\n" },
        { new UserException($"a{Environment.NewLine}b"), 2, "molengine: a\nmolengine: b\n" },
        { new AggregateException(new UserException("x")), 2, "molengine: x\n" },
        { new FileNotFoundException("gone"), 2, "molengine: gone\n" },
        { new EnvironmentFaultException("no library"), 3, "molengine: no library\n" },
        { new RunFailedException("loss is NaN"), 1, "molengine: loss is NaN\n" },
        { new IOException("No space left on device"), 1, "molengine: No space left on device\n" },
        { new OperationCanceledException(), 130, "molengine: interrupted\n" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failure_has_its_sentence_and_code(Exception failure, int code, string says)
    {
        (int got, string error) = Guard(() => throw failure);
        Assert.Equal((code, says), (got, error));
    }

    [Fact]
    public void What_nobody_expected_says_how_to_get_the_trace()
    {
        (int code, string error) = Guard(() => throw new InvalidOperationException("broken"));
        Assert.Equal(1, code);
        Assert.StartsWith("molengine: unexpected error: InvalidOperationException: broken\n", error);
        Assert.Contains("MOLENGINE_TRACE=1", error);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public void Success_passes_through() => Assert.Equal((7, ""), Guard(() => 7));

    private static (int Code, string Error) Guard(Func<int> run)
    {
        var error = new StringWriter { NewLine = "\n" };
        return (Faults.Guard(error, run), error.ToString());
    }
}
