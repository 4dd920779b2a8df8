using System.Diagnostics;

namespace MolEngine.Evaluation.Sandbox;

/// <summary>The command that starts a confined interpreter.</summary>
internal sealed class SandboxCommand
{
    /// <summary>The user and group nobody, which own nothing.</summary>
    private const string Nobody = "65534";

    /// <summary>
    /// What an interpreter needs of the machine's files: programs, libraries, where those are listed, and devices
    /// without memory of their own.
    /// </summary>
    private static readonly string[] Shown =
    [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/ld.so.cache", "/etc/localtime",
        "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
    ];

    /// <summary>Programs that it takes besides unshare to make a root of one's own.</summary>
    private static readonly string[] Needed = ["mount", "umount", "pivot_root", "setpriv", "env"];

    private readonly PythonInterpreter _python;
    private readonly string? _unshare;

    private SandboxCommand(PythonInterpreter python, string? unshare, string confinement) =>
        (_python, _unshare, Confinement) = (python, unshare, confinement);

    /// <summary>How the interpreter is confined, for people.</summary>
    public string Confinement { get; }

    /// <summary>The command in namespaces of its own; null where the machine lacks a program for it.</summary>
    public static SandboxCommand? InNamespaces(PythonInterpreter python) =>
        Programs.Find("unshare") is { } unshare && Needed.All(n => Programs.Find(n) is not null)
            ? new SandboxCommand(
                python, unshare,
                $"namespaces of its own ({(Environment.IsPrivilegedProcess ? "" : "user, ")}files, network, processes, "
                + "IPC, host name) and limits")
            : null;

    /// <summary>The command with nothing but limits.</summary>
    /// <param name="why">
    /// Why there are no namespaces, as the system said it; empty where programs for them are missing.
    /// </param>
    public static SandboxCommand WithLimits(PythonInterpreter python, string why) => new(
        python, null,
        "limits alone: files outside its folder and the network are not kept from it, since "
        + (why.Length == 0
            ? $"unshare, {string.Join(", ", Needed)} are not all there"
            : $"no namespaces could be made ({why})"));

    /// <summary>How to start the interpreter.</summary>
    /// <param name="folder">An empty folder, to mount on or to work in.</param>
    public ProcessStartInfo Start(string folder, SandboxLimits limits)
    {
        // Without a PID namespace a child could outlive the run: none may be started then.
        int processes = _unshare is null ? 0 : limits.Processes;
        string[] runner =
        [
            _python.Executable, "-I", "-B", "-X", "utf8", "-c", SandboxScripts.Runner,
            $"{Math.Ceiling(limits.Processor.TotalSeconds)}", $"{limits.Memory}", $"{processes}", $"{limits.OpenFiles}",
            $"{limits.FileBytes}",
        ];
        string[] command =
            [.. Timeout(limits), .. _unshare is null ? Bare(runner, folder) : Confined(runner, folder, limits)];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin:/usr/sbin:/sbin";
        return start;
    }

    /// <summary>A second clock, which also runs where this process is killed before its own.</summary>
    private static string[] Timeout(SandboxLimits limits) => Programs.Find("timeout") is { } timeout
        ? [timeout, "--signal=KILL", $"{Math.Ceiling(limits.Wall.TotalSeconds) + 1}"]
        : [];

    private string[] Confined(string[] runner, string folder, SandboxLimits limits) =>
    [
        _unshare!, .. Environment.IsPrivilegedProcess ? [] : (string[])["--user", "--map-root-user"], "--mount",
        "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--", "/bin/sh", "-c", SandboxScripts.Root,
        "sandbox", folder, $"{limits.FileBytes}", .. ShownPaths(), "--", .. Unprivileged(), "env", "-i", .. runner,
    ];

    private static string[] Bare(string[] runner, string folder)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess || Programs.Find("setpriv") is null)
            return runner;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        return [.. Unprivileged(), .. runner];
    }

    /// <summary>
    /// Without any capability, and where the user is root as nobody: limits on processes do not hold for root.
    /// </summary>
    private static string[] Unprivileged() =>
    [
        Programs.Find("setpriv")!, "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all",
        .. Environment.IsPrivilegedProcess
            ? [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"]
            : Array.Empty<string>(),
    ];

    /// <summary>What is shown, and the interpreter's own folder where it lies elsewhere.</summary>
    private IEnumerable<string> ShownPaths()
    {
        bool isShown = Shown.Any(s => $"{_python.Prefix}/".StartsWith($"{s}/", StringComparison.Ordinal));
        return isShown ? Shown : Shown.Append(_python.Prefix);
    }
}
