using System.Diagnostics;
using System.Threading.Channels;
using MolEngine.Engine.Generation;
using MolEngine.Server.Figures;

namespace MolEngine.Server.Serving;

/// <summary>
/// One answer of a request, from the queue to its end. The engine's thread fills it; it never waits for who reads: what
/// is not read yet is held, up to the tokens that the request asks for.
/// </summary>
internal sealed class Sequence(
    int index, GenerationRequest request, TextStream text, ChannelWriter<SequenceEvent> events)
{
    private readonly long _submitted = Stopwatch.GetTimestamp();
    private long _last;
    private int _tokens;

    public GenerationRequest Request => request;

    /// <summary>Its row; null before it is in the batch.</summary>
    public GenerationRow? Row { get; set; }

    public bool HasStarted { get; private set; }

    public bool HasEnded { get; private set; }

    /// <summary>Whether nothing that follows would be text.</summary>
    public bool HasStopped => text.HasStopped;

    /// <summary>Its row has left the queue.</summary>
    public void Start(ServerFigures figures)
    {
        HasStarted = true;
        figures.QueueTime.Observe(Stopwatch.GetElapsedTime(_submitted));
        figures.CountPrompt(request.Prompt.Length, Row!.PromptTokensFound);
    }

    public void Take(GeneratedToken token, ServerFigures figures)
    {
        long now = Stopwatch.GetTimestamp();
        if (_tokens++ == 0)
            figures.FirstToken.Observe(Stopwatch.GetElapsedTime(_submitted, now));
        else
            figures.BetweenTokens.Observe(Stopwatch.GetElapsedTime(_last, now));
        _last = now;
        figures.CountToken();
        bool isStop = request.StopIds.Contains(token.Id);
        events.TryWrite(new SequenceEvent(
            index,
            new SequenceToken(token.Id, text.Append(token.Id), isStop, token.LogProb, token.Top, token.Divergence),
            null));
    }

    public void End()
    {
        HasEnded = true;
        string rest = text.Finish();
        events.TryWrite(new SequenceEvent(
            index, null,
            new SequenceEnd(
                rest, text.FinishReason, _tokens, Row!.PromptTokensFound, [.. Row.PromptLogProbs],
                Row.Stop == StopReason.Broken)));
    }

    /// <summary>It comes to no end: whoever reads is told why.</summary>
    public void Fail(Exception cause)
    {
        HasEnded = true;
        events.TryComplete(cause);
    }
}
