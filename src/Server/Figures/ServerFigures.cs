using System.Collections.Concurrent;
using System.Text;

namespace MolEngine.Server.Figures;

/// <summary>What <c>/metrics</c> tells: Prometheus' text format 0.0.4. Thread-safe.</summary>
public sealed class ServerFigures
{
    /// <summary>The type of <see cref="Text"/>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly ConcurrentDictionary<(string Path, int Status), long> _requests = [];
    private long _promptTokens;
    private long _foundTokens;
    private long _generatedTokens;

    /// <summary>From a request's arrival to its row's beginning.</summary>
    public Histogram QueueTime { get; } = new(
        "molengine_queue_seconds", "Time that an answer waited for a place.",
        0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300);

    /// <summary>From a request's arrival to its first token.</summary>
    public Histogram FirstToken { get; } = new(
        "molengine_time_to_first_token_seconds", "Time from a request to the first token of an answer.",
        0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300);

    /// <summary>Between two tokens of an answer.</summary>
    public Histogram BetweenTokens { get; } = new(
        "molengine_time_between_tokens_seconds", "Time between two tokens of an answer.",
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10);

    /// <summary>A whole request.</summary>
    public Histogram Duration { get; } = new(
        "molengine_request_seconds", "Time of a request that generates.",
        0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600);

    /// <summary>A request has ended.</summary>
    /// <param name="path">One of the server's own, never a client's word.</param>
    /// <param name="status">As HTTP has it; 499 where the client left.</param>
    public void CountRequest(string path, int status) => _requests.AddOrUpdate((path, status), 1, (_, n) => n + 1);

    /// <summary>An answer has begun.</summary>
    /// <param name="found">Tokens of the prompt that the cache had.</param>
    public void CountPrompt(int tokens, int found)
    {
        Interlocked.Add(ref _promptTokens, tokens);
        Interlocked.Add(ref _foundTokens, found);
    }

    public void CountToken() => Interlocked.Increment(ref _generatedTokens);

    /// <param name="running">Answers that have a place.</param>
    /// <param name="waiting">Answers that wait for one.</param>
    /// <param name="cached">Tokens in the cache.</param>
    /// <param name="capacity">Tokens that the cache has room for.</param>
    public string Text(int running, int waiting, int cached, int capacity)
    {
        var text = new StringBuilder();
        Head("molengine_requests_total", "Requests by path and status; 499 where the client left.", "counter");
        foreach (((string path, int status), long n) in _requests.OrderBy(r => r.Key))
            text.Append($"molengine_requests_total{{path=\"{path}\",status=\"{status}\"}} {n}\n");
        One("molengine_answers_running", "Answers that are being generated.", "gauge", running);
        One("molengine_answers_waiting", "Answers that wait for a place.", "gauge", waiting);
        One("molengine_cache_tokens", "Tokens whose keys and values are held.", "gauge", cached);
        One("molengine_cache_capacity_tokens", "Tokens that there is room for.", "gauge", capacity);
        One("molengine_prompt_tokens_total", "Tokens of prompts.", "counter", Interlocked.Read(ref _promptTokens));
        One("molengine_prompt_tokens_cached_total", "Tokens of prompts that the cache had.", "counter",
            Interlocked.Read(ref _foundTokens));
        One("molengine_generated_tokens_total", "Tokens generated.", "counter",
            Interlocked.Read(ref _generatedTokens));
        foreach (Histogram histogram in (Histogram[])[QueueTime, FirstToken, BetweenTokens, Duration])
            histogram.Write(text);
        return text.ToString();

        void Head(string name, string help, string type) =>
            text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

        void One(string name, string help, string type, long value)
        {
            Head(name, help, type);
            text.Append($"{name} {value}\n");
        }
    }
}
