using System.Diagnostics;
using System.Text.RegularExpressions;
using MolEngine.Support;
using MolEngine.Trainer.Ranks;

namespace MolEngine.Trainer.Tests.Ranks;

/// <summary>An MPI's own mpirun, as Debian names it, and the program as ranks of it on this machine.</summary>
internal sealed class Launcher
{
    private readonly string _path;
    private readonly string[] _options;

    private Launcher(string path, string[] options) => (_path, _options) = (path, options);

    /// <summary>Skips the test where the launcher is not installed.</summary>
    /// <param name="mpi">openmpi or mpich.</param>
    public static Launcher Of(string mpi)
    {
        string name = $"mpirun.{mpi}";
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        string package = mpi == "mpich" ? "mpich" : "openmpi-bin";
        Assert.SkipWhen(path is null, $"{name} is not installed (Debian: {package})");

        // More ranks than cores: none is bound to one.
        return new Launcher(path!, mpi == "openmpi" ? ["--oversubscribe", "--bind-to", "none"] : []);
    }

    /// <summary>Starts the program; what it writes is gathered.</summary>
    public RankProcess Start(int ranks, params string[] args)
    {
        ProcessStartInfo program = DotnetProgram.Of("molengine.dll", args);
        var start = new ProcessStartInfo(
            _path, [.. _options, "-n", $"{ranks}", program.FileName, .. program.ArgumentList])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        return new RankProcess(Process.Start(start)!);
    }

    /// <summary>The system's process of a rank, by its log in the run's folder.</summary>
    public static int ProcessOf(string run, int rank)
    {
        string log = File.ReadAllText(Path.Combine(RankLog.FolderOf(run), $"rank-{rank}.log"));
        return int.Parse(Regex.Matches(log, $@"rank {rank} on \S+, process (\d+)")[^1].Groups[1].Value);
    }
}
