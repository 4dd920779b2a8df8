using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MolEngine.Evaluation.Answers.Code;
using MolEngine.Evaluation.Sandbox;
using MolEngine.Support;

namespace MolEngine.Evaluation.Tests.Sandbox;

public sealed class PythonSandboxTests
{
    private static readonly SandboxLimits Limits = new()
    {
        Wall = TimeSpan.FromSeconds(20),
        Processor = TimeSpan.FromSeconds(5),
        Memory = 512L << 20,
        Processes = 16,
        FileBytes = 1 << 20,
        Output = 4_000,
    };

    private static readonly Lazy<PythonSandbox> Opened = new(() => PythonSandbox.Open(allowed: true, Limits));

    private static readonly Lazy<PythonSandbox> Patient = new(() => PythonSandbox.Open(
        allowed: true, Limits with { Wall = TimeSpan.FromMinutes(2), Processor = TimeSpan.FromMinutes(1) }));

    private static PythonSandbox Sandbox
    {
        get
        {
            Assert.SkipUnless(PythonInterpreter.IsPresent, "there is no python3 on this machine");
            return Opened.Value;
        }
    }

    [Fact]
    public void Nothing_runs_without_leave() => Assert.Contains(
        "--allow-code-execution", Assert.Throws<UserException>(() => PythonSandbox.Open(allowed: false)).Message);

    [Fact]
    public void A_program_that_runs_to_its_end_passes()
    {
        SandboxResult result = Run("def f(x):\n    return x + 1\n\nassert f(1) == 2\nprint('h\u00e9')");
        Assert.Equal((SandboxOutcome.Passed, "h\u00e9\n"), (result.Outcome, result.Output));
        Assert.Equal(Sandbox.Confinement, result.Confinement);
        Assert.Contains("limits", result.Confinement);
    }

    /// <summary>None of them gets to the end of its tests, whatever it says of itself.</summary>
    [Theory]
    [InlineData("assert 1 == 2", "AssertionError")]
    [InlineData("def f(:", "SyntaxError")]
    [InlineData("import sys\nsys.exit(0)\nassert False", "SystemExit")]
    [InlineData("import os\nos._exit(0)", "")]
    [InlineData("exit()", "SystemExit")]
    [InlineData("raise KeyboardInterrupt", "KeyboardInterrupt")]
    [InlineData("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "")]
    [InlineData("import ctypes\nctypes.string_at(0)", "")]
    [InlineData("print('Passed'); print('ok'); raise SystemExit(0)", "Passed")]
    [InlineData("import os\nfor fd in range(1, 64):\n    try: os.write(fd, b'x' * 64)\n    except OSError: pass", "")]
    [InlineData("import os\nif os.fork():\n    os._exit(0)\nassert False", "")]
    [InlineData("input()", "EOF")]
    public void A_program_that_ends_before_its_end_fails(string program, string says)
    {
        SandboxResult result = Run(program);
        Assert.Equal(SandboxOutcome.Failed, result.Outcome);
        Assert.Contains(says, result.Output);
    }

    [Theory]
    [InlineData("while True: pass")]
    [InlineData("import time\ntime.sleep(100)")]
    [InlineData("import threading\nthreading.Event().wait()")]
    [InlineData(
        "import signal, time\nfor s in range(1, 30):\n    try: signal.signal(s, lambda *a: 0)\n    except OSError: pass"
        + "\nwhile True:\n    time.sleep(1)")]
    [InlineData("while True: print('x' * 100000)")]
    public void A_program_that_does_not_end_is_killed(string program)
    {
        SandboxResult result = Sandbox.Run(program, TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.Equal(SandboxOutcome.TimedOut, result.Outcome);
        Assert.True(result.Output.Length <= Limits.Output + 100);
        Assert.Equal(program.Contains("print"), result.Output.EndsWith(" characters more]"));
    }

    /// <summary>Where there are no namespaces the limits still hold, and the result says that these are all.</summary>
    [Fact]
    public void Without_namespaces_there_are_limits()
    {
        Assert.SkipUnless(PythonInterpreter.IsPresent, "there is no python3 on this machine");
        PythonSandbox bare = PythonSandbox.Open(Limits, namespaces: false);
        SandboxResult result = Run("assert 1 + 1 == 2\nopen('x', 'w').write('y')\nprint('done')");
        Assert.Equal((SandboxOutcome.Passed, "done\n"), (result.Outcome, result.Output));
        Assert.StartsWith("limits alone", result.Confinement);
        Assert.Contains("MemoryError", Run("x = bytearray(1 << 30)").Output);
        Assert.Contains("temporarily unavailable", Run("import os\nos.fork()").Output);
        Assert.Contains("EOF", Run("input()").Output);
        Assert.Equal(SandboxOutcome.Failed, Run("import sys\nsys.exit(0)").Outcome);
        SandboxResult endless = bare.Run("while True: pass", TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.Equal(SandboxOutcome.TimedOut, endless.Outcome);

        SandboxResult Run(string program) => bare.Run(program, CancellationToken.None);
    }

    /// <summary>A thread that never ends does not hold up a program whose tests are over.</summary>
    [Fact]
    public void What_a_program_leaves_running_ends_with_it()
    {
        Assert.True(
            Run("import threading, time\nthreading.Thread(target=lambda: time.sleep(100)).start()").Passed
            || !Sandbox.Confinement.StartsWith("namespaces", StringComparison.Ordinal));
    }

    [Fact]
    public void Processor_time_memory_and_files_have_limits()
    {
        Assert.Equal(SandboxOutcome.Failed, Run(
            "import resource\nassert resource.getrlimit(resource.RLIMIT_CPU) == (5, 5)\n"
            + "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass").Outcome);
        Assert.Contains("MemoryError", Run("x = bytearray(1 << 30)").Output);
        Assert.Contains("MemoryError", Run("x = []\nwhile True: x.append(bytearray(1 << 26))").Output);
        Assert.Contains("File too large", Run(
            "with open('f', 'wb') as f:\n    for i in range(10): f.write(b'x' * 1000000)").Output);
        Assert.Contains("Too many open files", Run("f = [open('/dev/null') for _ in range(100)]").Output);
        Assert.Contains("not allowed to raise", Run(
            "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))").Output);
    }

    [Fact]
    public void A_fork_bomb_stays_small()
    {
        SandboxResult result = Run(
            "import os, time\ntry:\n    while True:\n        if os.fork() == 0: time.sleep(60)\n"
            + "except BlockingIOError as e:\n    print(e)\n    assert False");
        Assert.Equal(SandboxOutcome.Failed, result.Outcome);
        Assert.Contains("Resource temporarily unavailable", result.Output);
    }

    /// <summary>
    /// What the confinement says, it does: the rest of the machine is not there, or cannot be written.
    /// </summary>
    [Fact]
    public void Files_processes_and_network_are_out_of_reach()
    {
        bool namespaces = Sandbox.Confinement.StartsWith("namespaces", StringComparison.Ordinal);
        Assert.SkipUnless(namespaces, $"this machine confines by {Sandbox.Confinement}");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string outside = Path.Combine(Path.GetTempPath(), $"molengine-outside-{Guid.NewGuid():N}");
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        SandboxResult result = Run(
            $$"""
            import os, socket
            def fails(what, *a, **k):
                try:
                    what(*a, **k)
                except OSError:
                    return True
                return False
            assert fails(socket.create_connection, ("127.0.0.1", {{port}}), 1)
            assert fails(open, {{JsonSerializer.Serialize(outside)}} + "/x", "w")
            assert fails(open, "/usr/x", "w") and fails(open, "/x", "w") and fails(open, "/dev/x", "w")
            assert fails(open, "/etc/passwd") and fails(open, "/etc/shadow")
            assert fails(os.listdir, "/home") and fails(os.kill, {{Environment.ProcessId}}, 0)
            assert fails(os.setuid, 1) and fails(os.chroot, "/tmp")
            assert os.listdir("/tmp") == [] and os.getcwd() == "/tmp"
            assert not [k for k in os.environ if k != "LC_CTYPE"], os.environ
            open("/tmp/x", "w").write("kept nowhere")
            """);
        Assert.True(result.Passed, result.Output);
        Assert.False(listener.Pending());
        Assert.False(File.Exists(outside));
    }

    [Fact]
    public void A_run_leaves_no_folder_behind()
    {
        // Others have folders of the same name at the same time.
        string file = $"{Guid.NewGuid():N}";
        Run($"open('{file}', 'w').write('y')");
        Assert.DoesNotContain(
            Directory.GetDirectories(Path.GetTempPath(), "molengine-sandbox-*"),
            d => File.Exists(Path.Combine(d, file)));
    }

    [Fact]
    public void Cancelling_kills_the_program()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        PythonSandbox sandbox = Sandbox;
        Assert.ThrowsAny<OperationCanceledException>(() => sandbox.Run("while True: pass", cancel.Token));
    }

    /// <summary>
    /// A sample of HumanEval: the reference solution passes its tests, and a body that returns nothing does not.
    /// </summary>
    [Fact]
    public void Reference_solutions_of_humaneval_pass()
    {
        Assert.SkipUnless(PythonInterpreter.IsPresent, "there is no python3 on this machine");
        using var packed = new GZipStream(
            File.OpenRead(Shared.FilePath("data", "humaneval", "HumanEval.jsonl.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(packed);
        JsonElement[] tasks =
            [.. reader.ReadToEnd().TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(164, tasks.Length);
        foreach (JsonElement task in Sampled(tasks))
        {
            string solution = $"Sure:\n```python\n{Text("prompt")}{Text("canonical_solution")}\n```";
            string code = CodeExtractions.Named("first_block").Extract(solution);
            string tests = $"\n{Text("test")}\ncheck({Text("entry_point")})";
            SandboxResult right = Patiently(code + tests);
            SandboxResult wrong = Patiently($"{Text("prompt")}    return None\n{tests}");
            Assert.True(right.Passed, right.Output);
            Assert.Equal(SandboxOutcome.Failed, wrong.Outcome);

            string Text(string name) => task.GetProperty(name).GetString()!;
        }
    }

    /// <summary>A sample of MBPP in the form in which the model is shown examples.</summary>
    [Fact]
    public void Reference_solutions_of_mbpp_pass()
    {
        Assert.SkipUnless(PythonInterpreter.IsPresent, "there is no python3 on this machine");
        JsonElement[] tasks =
        [
            .. File.ReadLines(Shared.FilePath("data", "mbpp", "mbpp.jsonl"))
                .Select(l => JsonDocument.Parse(l).RootElement),
        ];
        Assert.Equal(974, tasks.Length);
        foreach (JsonElement task in Sampled(tasks))
        {
            string solution = $"[BEGIN]\n'{task.GetProperty("code").GetString()}'\n[DONE]";
            string tests = string.Join('\n', task.GetProperty("test_list").EnumerateArray().Select(t => t.GetString()));
            string code = CodeExtractions.Named("begin_done").Extract(solution);
            SandboxResult result = Patiently($"{code}\n{task.GetProperty("test_setup_code").GetString()}\n{tests}");
            Assert.True(result.Passed, $"{task.GetProperty("task_id")}: {result.Output}");
        }
    }

    /// <summary>A few tasks of a benchmark; all of them where MOLENGINE_WHOLE_BENCHMARKS is set.</summary>
    private static IEnumerable<JsonElement> Sampled(JsonElement[] tasks)
    {
        bool whole = Environment.GetEnvironmentVariable("MOLENGINE_WHOLE_BENCHMARKS") is not null;
        int step = whole ? 1 : (tasks.Length / 4) + 1;
        return tasks.Where((_, i) => i % step == 0);
    }

    /// <summary>Runs a program with time enough for any reference solution on a busy machine.</summary>
    private static SandboxResult Patiently(string program) => Patient.Value.Run(program, CancellationToken.None);

    private static SandboxResult Run(string program) => Sandbox.Run(program, CancellationToken.None);
}
