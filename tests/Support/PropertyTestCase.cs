using Microsoft.FSharp.Control;
using Microsoft.FSharp.Core;
using Xunit.Sdk;
using Xunit.v3;

namespace MolEngine.Support;

/// <summary>A property test that says, when it fails, how to repeat the run.</summary>
public sealed class PropertyTestCase : FsCheck.Xunit.PropertyTestCase, ISelfExecutingXunitTestCase
{
    [Obsolete("Called by xunit alone.")]
    public PropertyTestCase()
    {
    }

    public PropertyTestCase(IXunitTestMethod method, string name, string id, string? skipReason)
        : base(method, name, id, false, null, OptionModule.OfObj(skipReason), null, null, null, null, null, null, null,
            null)
    {
    }

    public ValueTask<RunSummary> Run(
        ExplicitOption explicitOption, IMessageBus messageBus, object?[] constructorArguments,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource, ParallelMode parallelMode, ExecutionScheduler scheduler,
        FixtureMappingManager fixtures) =>
        new(FSharpAsync.StartImmediateAsTask(
            TestExec(
                explicitOption, new Bus(messageBus), constructorArguments, aggregator, cancellationTokenSource,
                parallelMode, scheduler,
                fixtures),
            null));

    /// <summary>Passes everything on; a failure with the seed before its message.</summary>
    private sealed class Bus(IMessageBus bus) : IMessageBus
    {
        public bool QueueMessage(IMessageSinkMessage message)
        {
            if (message is ITestFailed failed)
                failed.Messages[0] = PropertyRuns.HowToRepeat + failed.Messages[0];
            return bus.QueueMessage(message);
        }

        /// <summary>The bus is not ours.</summary>
        public void Dispose()
        {
        }
    }
}
