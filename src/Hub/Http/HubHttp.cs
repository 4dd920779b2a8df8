using System.Net;
using System.Net.Http.Headers;

namespace MolEngine.Hub.Http;

/// <summary>
/// Requests to the Hub and to the hosts that it sends us on to. The token goes to the Hub alone; every wait has an end.
/// </summary>
internal sealed class HubHttp : IDisposable
{
    private const int MostRedirects = 10;

    /// <summary>Bytes of a text at most: a list of files may have a hundred thousand.</summary>
    private const int LongestText = 256 << 20;

    private readonly HttpClient _client;
    private readonly HubEnvironment _environment;
    private readonly Patience _patience;

    public HubHttp(HubEnvironment environment, Patience patience)
    {
        (_environment, _patience) = (environment, patience);

        // Redirects are followed by hand: to another host the token must not go. Proxies are .NET's: HTTPS_PROXY,
        // ALL_PROXY, NO_PROXY.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = patience.Connect };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        string version = typeof(HubHttp).Assembly.GetName().Version!.ToString(3);
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("molengine", version));

        // Packed answers have other lengths, and other places for Range.
        _client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>An address below the Hub's.</summary>
    public Uri At(string path) => new($"{_environment.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");

    /// <summary>Sends a request and follows redirects to the answer; its body is not read yet.</summary>
    /// <param name="fill">Adds headers, for each request anew.</param>
    /// <param name="isAnswer">Whether a redirect is what was asked for.</param>
    /// <exception cref="TransientException">There is no answer, or one that asks to come again.</exception>
    /// <exception cref="UserException">Redirects have no end, or lead to what cannot be trusted.</exception>
    public async Task<HttpResponseMessage> Send(
        HttpMethod method, Uri address, CancellationToken cancel, Action<HttpRequestHeaders>? fill = null,
        Func<HttpResponseMessage, bool>? isAnswer = null)
    {
        Uri next = address;
        for (int hop = 0; hop <= MostRedirects; hop++)
        {
            HttpResponseMessage response = await SendOne(method, next, cancel, fill);
            bool isRedirect = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;
            if (!isRedirect || isAnswer?.Invoke(response) == true)
                return NotBusy(response);
            Uri? to = response.Headers.Location;
            response.Dispose();
            next = Followed(next, to);
        }

        throw new UserException(
            $"{address}: expected an answer, got {MostRedirects} redirects, the last to {next}. Is HF_ENDPOINT right, "
            + "or does a proxy stand between?");
    }

    /// <summary>All of a body, as bytes.</summary>
    /// <exception cref="TransientException">It breaks off or stalls.</exception>
    public async Task<byte[]> ReadAll(HttpResponseMessage response, CancellationToken cancel)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        await using Stream body = await Guarded(() => response.Content.ReadAsStreamAsync(cancel), cancel);
        while (await Read(body, buffer, cancel) is > 0 and int read && all.Length < LongestText)
            all.Write(buffer, 0, read);
        return all.ToArray();
    }

    /// <summary>The next bytes of a body; 0 at its end.</summary>
    /// <exception cref="TransientException">It breaks off or stalls.</exception>
    public async Task<int> Read(Stream body, Memory<byte> buffer, CancellationToken cancel)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stalled.CancelAfter(_patience.Stall);
        return await Guarded(
            async () => await body.ReadAsync(buffer, stalled.Token), cancel,
            $"nothing came for {_patience.Stall.TotalSeconds:0.#} s");
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendOne(
        HttpMethod method, Uri address, CancellationToken cancel, Action<HttpRequestHeaders>? fill)
    {
        using var request = new HttpRequestMessage(method, address);
        fill?.Invoke(request.Headers);
        if (_environment.Token is { } token && IsSameOrigin(address, _environment.Endpoint))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(_patience.Answer);
        return await Guarded(
            () => _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token), cancel,
            $"{address.Host} did not answer for {_patience.Answer.TotalSeconds:0.#} s");
    }

    private static HttpResponseMessage NotBusy(HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests)
            && (int)response.StatusCode < 500)
        {
            return response;
        }

        RetryConditionHeaderValue? asked = response.Headers.RetryAfter;
        TimeSpan? after = asked?.Delta ?? (asked?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
        string said = $"{response.RequestMessage!.RequestUri!.Host} answers {HubFaults.Status(response)}";
        response.Dispose();
        throw new TransientException(said, after: after < TimeSpan.Zero ? TimeSpan.Zero : after);
    }

    private static Uri Followed(Uri from, Uri? to)
    {
        if (to is null)
            throw new UserException($"{from}: expected an address to go on at, got a redirect to nowhere");
        Uri next = to.IsAbsoluteUri ? to : new Uri(from, to);
        return next.Scheme == "https" || next.Scheme == from.Scheme
            ? next
            : throw new UserException(
                $"{from}: expected https, got a redirect to {next}, which anybody on the way could change");
    }

    private static bool IsSameOrigin(Uri a, Uri b) => (a.Scheme, a.IdnHost, a.Port) == (b.Scheme, b.IdnHost, b.Port);

    /// <summary>What the network does wrong, as one kind of exception.</summary>
    /// <param name="late">What is said where the wait ended, and not by the person.</param>
    private static async Task<T> Guarded<T>(
        Func<Task<T>> action, CancellationToken cancel, string late = "the server took too long")
    {
        try
        {
            return await action();
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new TransientException(late, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TransientException(HubFaults.OfNetwork(e), e);
        }
    }
}
