using MolEngine.Support;
using Xunit.Sdk;
using Xunit.v3;

namespace MolEngine.Oracle.Tests;

public sealed class PropertyTestCaseTests
{
    /// <summary>
    /// A property by attribute, run as the runner does: what is told of a failure starts with how to have it again.
    /// </summary>
    [Fact]
    public async Task A_failed_property_names_the_seed()
    {
        var type = typeof(NotFound);
        var assembly = new XunitTestAssembly(type.Assembly, configFilePath: null, assemblyName: null);
        var collection = new XunitTestCollection(assembly, null, false, nameof(NotFound));
        var method = new XunitTestMethod(
            new XunitTestClass(type, collection), type.GetMethod(nameof(NotFound.Below_three))!, []);
        var recorded = new Recorder();
        using var cancellation = new CancellationTokenSource();
        await using var scheduler = ExecutionScheduler.CreateUnlimited();
        await using var fixtures = new FixtureMappingManager("no fixtures", null);
        RunSummary summary = await new PropertyTestCase(method, "a property", "an id", null).Run(
            ExplicitOption.Off, recorded, [], new ExceptionAggregator(), cancellation, ParallelMode.None, scheduler,
            fixtures);
        Assert.Equal((1, 1), (summary.Total, summary.Failed));
        string message = Assert.Single(recorded.Messages.OfType<ITestFailed>()).Messages[0];
        Assert.StartsWith($"Repeat this test with {PropertyRuns.SeedVariable}=", message);
        Assert.Contains("Falsifiable", message);
    }

    /// <summary>Abstract, so that the runner passes its test by.</summary>
    public abstract class NotFound
    {
        [Property]
        public static bool Below_three(int number) => number < 3;
    }

    private sealed class Recorder : IMessageBus
    {
        public List<IMessageSinkMessage> Messages { get; } = [];

        public bool QueueMessage(IMessageSinkMessage message)
        {
            Messages.Add(message);
            return true;
        }

        public void Dispose()
        {
        }
    }
}
