using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using MolEngine.Server.Api;
using MolEngine.Server.Http;

namespace MolEngine.Server.Live;

/// <summary>
/// What changes, as server-sent events: to each client what it has not been sent, at its own pace. Kinds of events:
/// state, part, and end, after which a client need not ask again.
/// </summary>
internal sealed class LiveEvents(LiveFeed feed, CancellationToken stop)
{
    /// <summary>After so long without a change a client hears that the connection is there.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    public async Task Send(HttpContext context)
    {
        Responses.BeginStream(context);
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        using var left = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop);
        var sent = new Sent();
        long saidAt = 0;
        for (bool isLast = false; !isLast;)
        {
            // The last look is after all that was written before the stop.
            isLast = stop.IsCancellationRequested;
            LiveView view = feed.Now(anew: isLast);
            byte[][] events = [.. sent.New(view)];
            if (events.Length > 0 || Stopwatch.GetElapsedTime(saidAt) >= Silence)
            {
                await (events.Length > 0
                    ? Responses.Events(context, events, context.RequestAborted)
                    : Responses.Alive(context, context.RequestAborted));
                saidAt = Stopwatch.GetTimestamp();
            }

            isLast |= view.State == LiveState.Ended;
            if (!isLast)
                await Pause(left.Token, context.RequestAborted);
        }
    }

    /// <summary>Waits until there may be something new, or the server stops.</summary>
    private async Task Pause(CancellationToken left, CancellationToken aborted)
    {
        try
        {
            await Task.Delay(feed.Interval, left);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            // A last look follows.
        }
    }

    /// <summary>What a client has been sent.</summary>
    private sealed class Sent
    {
        private readonly Dictionary<string, string> _parts = [];
        private (LiveState State, string Status, string Title)? _state;

        /// <summary>The events that make of it a view.</summary>
        public IEnumerable<byte[]> New(LiveView view)
        {
            foreach (LivePart part in view.Parts.Where(p => _parts.GetValueOrDefault(p.Name) != p.Html))
            {
                _parts[part.Name] = part.Html;
                yield return Event("part", ("name", part.Name), ("html", part.Html));
            }

            if (_state != (view.State, view.Status, view.Title))
            {
                _state = (view.State, view.Status, view.Title);
                yield return Event(
                    "state", ("state", LivePage.Word(view.State)), ("status", view.Status), ("title", view.Title));
            }

            if (view.State == LiveState.Ended)
                yield return Event("end");
        }

        private static byte[] Event(string kind, params (string Name, string Value)[] fields) => JsonText.Of(json =>
        {
            json.WriteStartObject();
            json.WriteString("kind", kind);
            foreach ((string name, string value) in fields)
                json.WriteString(name, value);
            json.WriteEndObject();
        });
    }
}
