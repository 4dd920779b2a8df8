using System.Net;
using System.Net.Http.Headers;

namespace MolEngine.Server.Tests;

/// <summary>Who may ask.</summary>
public sealed class AccessTests(AccessTests.GuardedServer server) : IClassFixture<AccessTests.GuardedServer>
{
    private const string Key = "sk-a-long-enough-key";

    public sealed class GuardedServer() : TestServer(
        ModelFolder.Scripted(), new ServerSettings { ApiKey = Key }, tokens: 1024, longest: 512);

    [Theory]
    [InlineData("/v1/models", null, 401)]
    [InlineData("/v1/models", "Bearer wrong", 401)]
    [InlineData("/v1/models", "Bearer sk-a-long-enough-ke", 401)]
    [InlineData("/v1/models", "Bearer sk-a-long-enough-key2", 401)]
    [InlineData("/v1/models", "Basic sk-a-long-enough-key", 401)]
    [InlineData("/v1/models", "Bearer sk-a-long-enough-key", 200)]
    [InlineData("/v1/models", "bearer sk-a-long-enough-key", 200)]
    [InlineData("/v1/models/tiny", null, 401)]
    [InlineData("/metrics", null, 401)]
    [InlineData("/anything", null, 401)]
    [InlineData("/anything", "Bearer sk-a-long-enough-key", 404)]
    [InlineData("/health", null, 200)]
    [InlineData("/", null, 200)]
    public async Task A_key_opens_all_but_the_page_and_the_health(string path, string? key, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(key);
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 401, response.Headers.WwwAuthenticate.Count > 0);
        if (status == 401)
            Assert.Contains("\"code\":\"invalid_api_key\"", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("localhost", null, 200)]
    [InlineData("LOCALHOST:PORT", null, 200)]
    [InlineData("127.0.0.1:PORT", "http://127.0.0.1:PORT", 200)]
    [InlineData("[::1]:PORT", null, 200)]
    [InlineData("rebound.example:PORT", null, 403)]
    [InlineData("127.0.0.1.example", null, 403)]
    [InlineData("192.168.0.7", null, 403)]
    [InlineData("127.0.0.1:PORT", "http://evil.example", 403)]
    [InlineData("127.0.0.1:PORT", "http://127.0.0.1:1", 403)]
    [InlineData("127.0.0.1:PORT", "null", 403)]
    public async Task Only_its_own_names_and_its_own_page_are_answered(string host, string? origin, int status)
    {
        string port = $"{server.Address.Port}";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.TryAddWithoutValidation("Host", host.Replace("PORT", port));
        if (origin is not null)
            request.Headers.TryAddWithoutValidation("Origin", origin.Replace("PORT", port));
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task The_page_runs_its_own_script_alone()
    {
        using HttpResponseMessage response = await server.Client.GetAsync("/");
        string policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        Assert.Matches("script-src 'sha256-[A-Za-z0-9+/]{43}='", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        string html = await response.Content.ReadAsStringAsync();
        Assert.DoesNotMatch("(src|href)=\"(http|//)", html);
        Assert.DoesNotMatch("\\son[a-z]+=|\\sstyle=", html);
        Assert.DoesNotContain("innerHTML", html);
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public void Beyond_this_machine_a_key_is_demanded()
    {
        var open = new ServerSettings { Address = IPAddress.Any };
        Assert.Contains("expected an API key", Assert.Throws<UserException>(open.Validate).Message);
        (open with { ApiKey = "k" }).Validate();
        new ServerSettings { Address = IPAddress.IPv6Loopback }.Validate();
        Assert.Contains(
            "printable ASCII", Assert.Throws<UserException>((open with { ApiKey = "a b" }).Validate).Message);
    }
}
