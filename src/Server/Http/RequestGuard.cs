using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using MolEngine.Server.Api;

namespace MolEngine.Server.Http;

/// <summary>Who may ask: the name that the server is called by, the page that a request comes from, and the key.
/// </summary>
internal sealed class RequestGuard(ServerSettings settings)
{
    private const string Scheme = "Bearer ";

    private readonly bool _isLoopback = IPAddress.IsLoopback(settings.Address);
    private readonly byte[]? _key = settings.ApiKey is { } key ? Hash(key) : null;

    /// <summary>
    /// On loopback the server answers to its own names alone: a page of the web whose name was made to point here
    /// (DNS rebinding) sends another. Nor does it answer a page that is not its own.
    /// </summary>
    /// <exception cref="ApiException">Status 403.</exception>
    public void RequireOwnNames(HttpRequest request)
    {
        if (_isLoopback && !IsOwn(request.Host.Host))
        {
            throw new ApiException(
                403, "Host: expected localhost, 127.0.0.1 or [::1], got another name", code: "host_not_allowed");
        }

        if (request.Headers.Origin is [{ Length: > 0 } origin, ..]
            && !(Uri.TryCreate(origin, UriKind.Absolute, out Uri? from)
                && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ApiException(
                403, "Origin: expected this server's own page, got another site", code: "origin_not_allowed");
        }
    }

    /// <exception cref="ApiException">Status 401.</exception>
    public void RequireKey(HttpRequest request)
    {
        if (_key is null)
            return;
        string given = request.Headers.Authorization.ToString();
        bool isRight = given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Hash(given[Scheme.Length..].Trim()), _key);
        if (!isRight)
        {
            throw new ApiException(
                401, $"Authorization: expected \"{Scheme}KEY\" with the server's API key, got "
                + (given.Length == 0 ? "none" : "another"), code: "invalid_api_key");
        }
    }

    /// <summary>Hashes have one length: comparing them tells nothing of the key's.</summary>
    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static bool IsOwn(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
