using System.Diagnostics;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Named;

/// <summary>The verb download, in a process of its own.</summary>
public sealed class DownloadVerbTests : IDisposable
{
    private const int Part = 400_000;

    private readonly TempFolder _folder = new();
    private readonly FakeHub _hub = new();

    public DownloadVerbTests() =>
        _ = _hub.Add("config.json", "{}").Add("model.safetensors", FakeHub.Bytes(1_000_000, 2));

    private string Blob => Path.Combine(_folder.Root, "models--Org--Name", "blobs", _hub.Etag("model.safetensors"));

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void It_prints_the_snapshots_folder()
    {
        (int code, string output, string error) = Finish(Start("Org/Name@main"));
        Assert.True(code == 0, error);
        Assert.Equal(
            Path.Combine(_folder.Root, "models--Org--Name", "snapshots", _hub.Commit), output.TrimEnd());
        Assert.Contains("Org/Name@0123456: 2 files, 976.6 KiB fetched", error);
        Assert.Contains("all there already", Finish(Start("Org/Name")).Error);
        AssertWhole(output.TrimEnd());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Killed_or_interrupted_it_leaves_a_part_and_goes_on_with_it(bool isKilled)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && !isKilled, "There is no SIGINT to send on Windows.");
        // One that asks again, as a slow machine makes it, is told no more than the part either.
        _hub.Change = (request, usual) => request.Path.StartsWith("/cdn/")
            ? usual with { Sent = Part - (request.From ?? 0), Stalls = true }
            : null;
        using (Process first = Start("Org/Name"))
        {
            string part = Blob + ".incomplete";
            SpinWait.SpinUntil(() => File.Exists(part) && new FileInfo(part).Length == Part, 60_000);
            if (isKilled)
                first.Kill();
            else
                Process.Start("kill", ["-INT", $"{first.Id}"]).WaitForExit();
            Assert.Equal(isKilled ? 137 : 130, Finish(first).Code);
            Assert.Equal(Part, new FileInfo(part).Length);
        }

        string[] left = Directory.GetFiles(_folder.Root, "*", SearchOption.AllDirectories);
        Assert.DoesNotContain(left, f => f.EndsWith(".tmp") || f.Contains("refs") || f == Blob);
        _hub.Change = null;
        (int code, string output, string error) = Finish(Start("Org/Name"));
        Assert.True(code == 0, error);
        Assert.Contains(_hub.Requests, r => r.Path.StartsWith("/cdn/") && r.From == Part);
        AssertWhole(output.TrimEnd());
    }

    [Theory]
    [InlineData("Org/Nothing", "molengine: Org/Nothing: expected a model of the Hub, got none of that name.")]
    [InlineData("./x", "molengine: ID: ./x: expected ORG/NAME[@REVISION] of a model or datasets/ORG/NAME")]
    [InlineData("hf://datasets/a/b/x", "expected a repository, got a path in one. Say --include \"x\" for that")]
    public void A_mistake_is_told_with_exit_code_2(string name, string expected)
    {
        (int code, _, string error) = Finish(Start(name));
        Assert.Equal(2, code);
        Assert.Contains(expected, error);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public void A_server_that_fails_ends_it_with_exit_code_1()
    {
        _hub.Change = (_, _) => FakeReply.Of(429, "busy").With("Retry-After", "100000");
        (int code, _, string error) = Finish(Start("Org/Name"));
        Assert.Equal(1, code);
        Assert.Contains("the server asks to come back in", error);
    }

    /// <summary>HTTP_PROXY and HTTPS_PROXY are read by one piece of code, in .NET.</summary>
    [Fact]
    public void It_goes_through_the_proxy_that_the_environment_names()
    {
        (int code, string output, string error) = Finish(
            Start("Org/Name", ("HF_ENDPOINT", "http://hub.invalid"), ("http_proxy", _hub.Endpoint)));
        Assert.True(code == 0, error);
        AssertWhole(output.TrimEnd());
        Assert.Contains(_hub.Requests, r => r.Host == "hub.invalid");
    }

    private static void AssertWhole(string snapshot) => Assert.Equal(
        FakeHub.Bytes(1_000_000, 2), File.ReadAllBytes(Path.Combine(snapshot, "model.safetensors")));

    private Process Start(string name, params IEnumerable<(string Name, string Value)> variables)
    {
        ProcessStartInfo start = DotnetProgram.Of("molengine.dll", "download", name);
        start.Environment["HF_ENDPOINT"] = _hub.Endpoint;
        start.Environment["HF_HUB_CACHE"] = _folder.Root;
        foreach ((string variable, string value) in variables)
            start.Environment[variable] = value;
        return Process.Start(start)!;
    }

    private static (int Code, string Output, string Error) Finish(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
