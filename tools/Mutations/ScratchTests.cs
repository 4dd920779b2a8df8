using System.Diagnostics;
using MolEngine.Kernels.Compilation;

namespace MolEngine.Mutations;

/// <summary>
/// The tests of the kernels in a scratch copy of the repository, whose program carries kernels with a fault in them:
/// for what the checks of single kernels are too small for, shapes beyond 2^31 elements above all.
/// </summary>
/// <param name="root">Of the repository; tests/Kernels.Tests is built in Release.</param>
/// <param name="scratch">A folder to work in: made, and deleted at the end.</param>
/// <param name="classes">The tests' classes, with * for any text.</param>
internal sealed class ScratchTests(string root, string scratch, string classes, NvrtcCompiler compiler) : IDisposable
{
    private static readonly string Output = Path.Combine("tests", "Kernels.Tests", "bin", "Release", "net10.0");

    private bool _isCopied;

    /// <summary>The first test that fails, and what it says; null where all pass.</summary>
    /// <param name="kernels">The sources, one with a fault.</param>
    /// <param name="changed">Names of the sources that it is in.</param>
    /// <exception cref="InvalidOperationException">The copy does not build, or its tests do not start.</exception>
    public string? Catch(KernelFolder kernels, IEnumerable<string> changed)
    {
        if (!_isCopied)
            CopyAll();
        CopyFolder(Path.Combine(root, "kernels"), Path.Combine(scratch, "kernels"));
        foreach (string file in kernels.Files)
            File.WriteAllText(Path.Combine(scratch, "kernels", file), kernels.Text(file));
        foreach (string name in changed)
        {
            File.WriteAllText(
                Path.Combine(scratch, "kernels", "ptx", $"{name}.ptx"),
                EmbeddedPtx.Make(kernels.Source(name), compiler).Text);
        }

        (int built, string log) = Run(
            "dotnet", "build", Path.Combine(scratch, "src", "Kernels"), "-c", "Release", "-v", "q", "-nologo",
            "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", "-p:UseSharedCompilation=false");
        if (built != 0)
            throw new InvalidOperationException($"{scratch}: does not build:\n{log}");
        string tests = Path.Combine(scratch, Output);
        File.Copy(
            Path.Combine(scratch, "src", "Kernels", "bin", "Release", "net10.0", "MolEngine.Kernels.dll"),
            Path.Combine(tests, "MolEngine.Kernels.dll"), overwrite: true);
        (int failed, string said) = Run(
            "dotnet", Path.Combine(tests, "MolEngine.Kernels.Tests.dll"), "-class", classes, "-stopOnFail",
            "-noColor");
        if (failed == 0)
            return null;
        string[] lines = [.. said.Split('\n').Select(l => l.Trim())];
        int at = Array.FindIndex(lines, l => l.EndsWith("[FAIL]", StringComparison.Ordinal));
        return at < 0
            ? throw new InvalidOperationException($"{tests}: no test ran:\n{said}")
            : $"{lines[at].Replace("MolEngine.Kernels.Tests.", "")} {lines.ElementAtOrDefault(at + 1)}";
    }

    public void Dispose()
    {
        if (_isCopied)
            Directory.Delete(scratch, recursive: true);
    }

    private void CopyAll()
    {
        if (!Directory.Exists(Path.Combine(root, Output)))
            throw new InvalidOperationException($"{Output}: expected the tests to be built in Release, got no folder");
        Directory.CreateDirectory(scratch);
        _isCopied = true;
        foreach (string file in Directory.EnumerateFiles(root))
            File.Copy(file, Path.Combine(scratch, Path.GetFileName(file)), overwrite: true);
        foreach (string folder in (string[])[Path.Combine("src", "Basics"), Path.Combine("src", "Kernels"), Output])
            CopyFolder(Path.Combine(root, folder), Path.Combine(scratch, folder));
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }

    private static (int Code, string Said) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said + errors.Result);
    }
}
