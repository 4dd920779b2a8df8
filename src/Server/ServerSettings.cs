using System.Net;

namespace MolEngine.Server;

/// <summary>Where a server listens, who may ask it, and the limits that hold for everybody.</summary>
public sealed record ServerSettings
{
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 lets the system choose one.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>What <c>Authorization: Bearer</c> must carry; null: nobody is asked, on loopback alone.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Answers that wait for a place at most; who comes then is told to come again.</summary>
    public int Queue { get; init; } = 256;

    /// <summary>Tokens of an answer where a request names no number.</summary>
    public int DefaultMaxTokens { get; init; } = 2048;

    /// <summary>Longest time of a request, in the queue and being answered.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long requests may go on once the server is told to stop.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most bytes of a request's body.</summary>
    public int BodyBytes { get; init; } = 4 << 20;

    /// <summary>Whether reasoning is told apart from the answer where a request does not say.</summary>
    public bool SplitsReasoning { get; init; }

    /// <summary>Time to send a request's header, and how long a connection may do nothing.</summary>
    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may stay open between two requests.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Most connections at a time.</summary>
    public int Connections { get; init; } = 4096;

    /// <exception cref="UserException">The address is not loopback, and there is no key.</exception>
    public void Validate()
    {
        if (!IPAddress.IsLoopback(Address) && string.IsNullOrEmpty(ApiKey))
        {
            throw new UserException(
                $"--host: {Address}: expected an API key for an address that others can reach, got none. Set "
                + "MOLENGINE_API_KEY, or name a key with --api-key");
        }

        if (ApiKey is { } key && (key.Length == 0 || key.Any(c => c is <= ' ' or > '~')))
        {
            throw new UserException(
                "--api-key: expected printable ASCII characters without blanks, got a key with others, or an empty "
                + "one");
        }
    }
}
