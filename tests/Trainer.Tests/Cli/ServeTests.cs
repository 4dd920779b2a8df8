using System.Diagnostics;
using System.Text.Json.Nodes;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>The verb that serves; what a server answers is tested with it.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_model_is_served_until_a_signal_stops_it()
    {
        ProcessStartInfo start = DotnetProgram.Of(
            "molengine.dll", "serve", _run.Model, "--name", "bees", "--port", "0", "--context", "64", "--device",
            "cpu");
        start.Environment.Remove("MOLENGINE_API_KEY");
        using Process process = Process.Start(start)!;
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync();
            Assert.StartsWith("bees: a context of 64 tokens; 32 answers at a time", line);
            while (line is not null && !line.StartsWith("serving bees at http://127.0.0.1:", StringComparison.Ordinal))
                line = await process.StandardOutput.ReadLineAsync();
            using var client = new HttpClient { BaseAddress = new Uri(line!.Split(' ')[3]) };
            using var body = new StringContent(
                """{"model": "bees", "prompt": "Glass", "max_tokens": 4, "ignore_eos": true}""");
            using HttpResponseMessage answer = await client.PostAsync("/v1/completions", body);
            JsonNode json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            Assert.Equal(4, (int)json["usage"]!["completion_tokens"]!);
            using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await process.WaitForExitAsync();
            Assert.Equal(ExitCode.Done, process.ExitCode);
            Assert.Contains("molengine: stopping; again to stop at once", await process.StandardError.ReadToEndAsync());
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [InlineData("--host: 0.0.0.0: expected an API key", "--host", "0.0.0.0")]
    [InlineData("--host: here: expected an address such as 127.0.0.1", "--host", "here")]
    [InlineData("--port: expected an integer from 0 to 65535, got 70000", "--port", "70000")]
    [InlineData("--adapter: expected NAME=DIR", "--adapter", "folder")]
    [InlineData("--adapter: nowhere: expected a folder with adapter_config.json", "--adapter", "a=nowhere")]
    [InlineData("--context: expected at most the model's 128, got 129", "--context", "129", "--device", "cpu")]
    [InlineData("--cache-tokens: expected at least the context's 128, got 5", "--cache-tokens", "5", "--device", "cpu")]
    public void A_mistake_is_a_sentence(string says, params string[] options)
    {
        (int code, _, string error) = TinyRun.Run(["serve", _run.Model, .. options]);
        Assert.Equal(ExitCode.UserError, code);
        Assert.Contains(says, error);
    }
}
