using System.Globalization;
using System.Text;

namespace MolEngine.Support;

/// <summary>An answer of a <see cref="FakeHub"/>, true or not.</summary>
public sealed record FakeReply(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Bytes of the body after which the answer ends or, with <see cref="Stalls"/>, stands still.</summary>
    public int Sent { get; init; } = int.MaxValue;

    /// <summary>Whether the connection then stays, and nothing more comes.</summary>
    public bool Stalls { get; init; }

    /// <summary>Whether nothing is said at all.</summary>
    public bool IsMute { get; init; }

    /// <summary>What is said of the body's length; null is the truth, below 0 nothing.</summary>
    public long? Said { get; init; }

    public static FakeReply Of(int status, string text) => Of(status, Encoding.UTF8.GetBytes(text));

    public static FakeReply Of(int status, byte[] body) => new(status, body, new Dictionary<string, string>());

    /// <summary>The answer with a header more, or of another value; an empty one takes it away.</summary>
    public FakeReply With(string name, string value) => this with
    {
        Headers = Headers.Where(h => h.Key != name).Append(KeyValuePair.Create(name, value))
            .Where(h => h.Value.Length > 0).ToDictionary(),
    };

    internal async Task Write(Stream stream, bool isHead, CancellationToken stop)
    {
        var head = new StringBuilder($"HTTP/1.1 {Status} Status\r\nConnection: close\r\n");
        long said = Said ?? Body.Length;
        if (said >= 0)
            _ = head.Append(CultureInfo.InvariantCulture, $"Content-Length: {said}\r\n");
        foreach ((string name, string value) in Headers)
            _ = head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (!IsMute)
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), stop);
        if (!isHead && !IsMute)
            await stream.WriteAsync(Body.AsMemory(0, Math.Min(Sent, Body.Length)), stop);
        await stream.FlushAsync(stop);
        if (Stalls)
            await Task.Delay(Timeout.Infinite, stop);
    }
}
