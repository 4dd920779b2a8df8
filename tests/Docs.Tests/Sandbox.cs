using System.Diagnostics;
using MolEngine.Support;

namespace MolEngine.Docs.Tests;

/// <summary>A folder in which the blocks of a page run one after another, as a reader would run them.</summary>
internal sealed class Sandbox : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    private readonly TempFolder _folder = new();
    private readonly TempFolder _notes = new();
    private readonly Ground _ground;

    /// <param name="notRun">Patterns of lines that are noted instead of run.</param>
    public Sandbox(Ground ground, IEnumerable<string> notRun)
    {
        _ground = ground;
        ground.LayOut(Root);
        File.WriteAllLines(_notes["not-run"], notRun);
    }

    public string Root => _folder.Root;

    /// <summary>Lines that were noted: the pattern that they fit, and their arguments.</summary>
    public IReadOnlyList<(string Pattern, string[] Arguments)> Noted => !File.Exists(_notes["noted"]) ? [] :
    [
        .. File.ReadLines(_notes["noted"]).Select(l => l.TrimEnd('\x1f').Split('\x1f'))
            .Select(fields => (fields[0], fields[1..])),
    ];

    /// <summary>What a shell prints that runs a text and stops at the first line that fails.</summary>
    public string Shell(string text, string place) => Run("bash", ["-e", "-o", "pipefail", "-c", text], place);

    public string Python(string text, string place) => Run("python3", ["-c", text], place);

    /// <summary>Ends the servers that the page has started, which must end well.</summary>
    public void StopServers()
    {
        string servers = _notes["servers"];
        if (!File.Exists(servers))
            return;
        foreach (int id in File.ReadLines(servers).Select(int.Parse))
        {
            using Process server = Process.GetProcessById(id);
            using (Process kill = Process.Start("kill", ["-TERM", $"{id}"]))
                kill.WaitForExit();
            Assert.True(server.WaitForExit(Longest), $"{File.ReadAllText(_notes["said"])}: expected an end, got none");
        }

        File.Delete(servers);
    }

    public void Dispose()
    {
        StopServers();
        _folder.Dispose();
        _notes.Dispose();
    }

    private string Run(string program, string[] arguments, string place)
    {
        using Process process = Process.Start(Start(program, arguments))!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        bool hasEnded = process.WaitForExit(Longest);
        if (!hasEnded)
            process.Kill(entireProcessTree: true);
        string said = output.GetAwaiter().GetResult(), wrong = error.GetAwaiter().GetResult();
        Assert.True(
            hasEnded && process.ExitCode == 0,
            $"{place}: {program}: expected exit code 0 within {Longest}, got {process.ExitCode}:\n{said}\n{wrong}");
        return said;
    }

    private ProcessStartInfo Start(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string shims = Path.Combine(Shared.Repository, "tests", "Docs.Tests", "Shims");
        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        ProcessStartInfo own = DotnetProgram.Of("molengine.dll");
        foreach ((string name, string value) in new[]
        {
            ("PATH", $"{shims}:{path}"), ("PYTHONPATH", shims), ("PYTHONDONTWRITEBYTECODE", "1"),
            ("DOCS_DOTNET", InPath(own.FileName, path)), ("DOCS_PROGRAM", own.ArgumentList[1]),
            ("DOCS_NOTES", _notes.Root), ("CURL_HOME", _notes.Root), ("HF_HUB_CACHE", _ground.Hub),
            ("HF_ENDPOINT", _ground.HubEndpoint), ("HF_TOKEN_PATH", _notes["no-token"]),
            ("MOLENGINE_CACHE", _ground.Cache), ("DOTNET_TieredPGO", "0"),
        })
        {
            start.Environment[name] = value;
        }

        _ = start.Environment.Remove("MOLENGINE_API_KEY");
        return start;
    }

    /// <summary>A program's path, which no shim of its name hides.</summary>
    private static string InPath(string program, string path) => program.Contains('/') ? program
        : path.Split(':').Select(p => Path.Combine(p, program)).First(File.Exists);
}
