using System.Diagnostics;

namespace MolEngine.Support;

/// <summary>A program of this solution, built beside the tests.</summary>
public static class DotnetProgram
{
    /// <summary>How to start it in a process of its own; what it writes is the caller's to read.</summary>
    public static ProcessStartInfo Of(string assembly, params IEnumerable<string> arguments)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return new ProcessStartInfo(host, ["exec", Path.Combine(AppContext.BaseDirectory, assembly), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }
}
