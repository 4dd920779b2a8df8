using Xunit.Abstractions;
using Xunit.Sdk;

namespace MolEngine.Support;

/// <summary>A property test that says, when it fails, how to repeat the run.</summary>
public sealed class PropertyTestCase : FsCheck.Xunit.PropertyTestCase
{
    [Obsolete("Called by xunit alone.")]
    public PropertyTestCase()
    {
    }

    public PropertyTestCase(
        IMessageSink messages, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(messages, display, options, method, null)
    {
    }

    public override Task<RunSummary> RunAsync(
        IMessageSink diagnosticMessageSink, IMessageBus messageBus, object[] constructorArguments, ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource) =>
        base.RunAsync(
            diagnosticMessageSink, new Bus(messageBus), constructorArguments, aggregator, cancellationTokenSource);

    /// <summary>Passes everything on; a failure with the seed before its message.</summary>
    private sealed class Bus(IMessageBus bus) : IMessageBus
    {
        public bool QueueMessage(IMessageSinkMessage message) => bus.QueueMessage(message is ITestFailed failed
            ? new TestFailed(
                failed.Test, failed.ExecutionTime, failed.Output, failed.ExceptionTypes,
                [PropertyRuns.HowToRepeat + failed.Messages[0], .. failed.Messages[1..]], failed.StackTraces,
                failed.ExceptionParentIndices)
            : message);

        /// <summary>The bus is not ours.</summary>
        public void Dispose()
        {
        }
    }
}
