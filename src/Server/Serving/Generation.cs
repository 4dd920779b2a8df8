using System.Threading.Channels;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Server.Serving;

/// <summary>The answers of one request. Disposed of, those that have not ended are taken out.</summary>
public sealed class Generation : IDisposable
{
    private readonly Scheduler _scheduler;
    private readonly Channel<SequenceEvent> _events = Channel.CreateUnbounded<SequenceEvent>(
        new UnboundedChannelOptions { SingleReader = true });

    /// <param name="requests">One for each answer.</param>
    /// <param name="stops">Texts that end an answer.</param>
    internal Generation(
        Scheduler scheduler, Tokenizer tokenizer, IReadOnlyList<GenerationRequest> requests,
        IReadOnlyList<string> stops, bool skipSpecialTokens)
    {
        _scheduler = scheduler;
        Sequences =
        [
            .. requests.Select((r, i) => new Sequence(
                i, r, new TextStream(tokenizer, r.StopIds, stops, skipSpecialTokens), _events.Writer)),
        ];
    }

    /// <summary>How many answers there are.</summary>
    public int Count => Sequences.Count;

    /// <summary>Tokens and ends of all answers, as they come.</summary>
    public ChannelReader<SequenceEvent> Events => _events.Reader;

    internal IReadOnlyList<Sequence> Sequences { get; }

    public void Dispose() => _scheduler.Cancel(this);
}
