using System.Diagnostics;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>The page of a run while it goes on, as the program serves it.</summary>
public sealed class WatchTests : IDisposable
{
    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_run_is_waited_for_and_shown_until_a_signal_ends_the_page()
    {
        string output = _run.At("later");
        using Process process = Process.Start(DotnetProgram.Of("molengine.dll", "watch", output, "--port", "0"))!;
        try
        {
            string line = (await process.StandardOutput.ReadLineAsync())!;
            Assert.StartsWith($"watching {output} at http://127.0.0.1:", line);
            using var client = new HttpClient { BaseAddress = new Uri(line.Split(' ')[3]) };
            Assert.Contains("<body data-state=\"waiting\">", await client.GetStringAsync("/"));
            _run.Train("later", "samples=0");
            string events = await client.GetStringAsync("/events");
            Assert.Contains("Ended: step 6. This page is as it will stay.", events);
            Assert.EndsWith("data: {\"kind\":\"end\"}\n\n", events);
            string page = await client.GetStringAsync("/");
            Assert.Contains("<body data-state=\"ended\">", page);
            Assert.Contains("id=\"validation-ce\"", page);
            await Stop(process);
            Assert.Equal(ExitCode.Done, process.ExitCode);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task Training_serves_its_own_page_and_tells_how_it_ended()
    {
        string[] arguments = _run.Arguments("out", "steps=1000000", "samples=0");
        using Process process = Process.Start(
            DotnetProgram.Of("molengine.dll", [.. arguments, "--watch", "--port", "0"]))!;
        try
        {
            string line = (await process.StandardOutput.ReadLineAsync())!;
            Assert.Matches(@"^watch      http://127\.0\.0\.1:[0-9]+/ shows the run as it goes on$", line);
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            using var client = new HttpClient { BaseAddress = new Uri(line["watch      ".Length..].Split(' ')[0]) };
            using var reader = new StreamReader(await client.GetStreamAsync("/events"));
            string? told;
            do
                told = await reader.ReadLineAsync();
            while (told?.Contains("\"status\":\"Running: step ", StringComparison.Ordinal) == false);
            Assert.NotNull(told);
            await Stop(process);
            string rest = await reader.ReadToEndAsync();
            Assert.Contains("\"state\":\"stopped\",\"status\":\"Stopped before its end: step ", rest);
            Assert.Equal(ExitCode.Interrupted, process.ExitCode);
            Assert.Contains("stopped    after step ", await output);
        }
        finally
        {
            process.Kill();
        }
    }

    private static async Task Stop(Process process)
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync();
    }
}
