using System.Diagnostics;
using MolEngine.Support;
using MolEngine.Trainer.Cli;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>A standard output that is full or closed.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_result_that_is_not_taken_is_a_failed_run_told_once()
    {
        var output = new OutputStream("standard output", new FullStream());
        var e = Assert.Throws<RunFailedException>(() => output.Write("a"u8));
        Assert.Equal(
            "standard output: expected a place that takes what is written, got \"full\". Make room, or send it "
            + "elsewhere, and give the command again", e.Message);

        // What is written as the process ends fails no second time.
        output.Write("b"u8);
        output.Flush();
    }

    [Fact]
    public void Where_the_work_goes_on_without_it_that_is_told_once()
    {
        var said = new List<string>();
        var output = new OutputStream("standard output", new FullStream()) { MayBeLost = said.Add };
        output.Write("a"u8);
        output.Write("b"u8);
        output.Flush();
        Assert.EndsWith("got \"full\". The work goes on without it", Assert.Single(said));
    }

    /// <summary>In a process: nothing aborts, and no file gets what was meant for a person.</summary>
    [Theory]
    [InlineData("> /dev/full", 1, "No space left on device")]
    [InlineData(">&-", 1, "got \"it is closed\"")]
    [InlineData("<&- >&- 2>&-", 1, "")]
    public void No_output_is_no_abort(string where, int code, string says)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's");
        (int got, string error) = Shell("--version", where);
        Assert.Equal(code, got);
        Assert.Contains(says, error);
        Assert.True(error.Count(c => c == '\n') <= 1, error);
    }

    [Theory]
    [InlineData("> /dev/full", "The work goes on without it")]
    [InlineData(">&-", "The work goes on without it")]
    public void A_run_needs_no_output(string where, string says)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's");
        string run = Path.Combine(_folder.Root, "run");
        string settings = string.Join(' ', SmallRun.Settings(
            run, "steps=1", "global_batch=1", "micro_batch=1", "data.context=32", "validate.every=0", "method=lora",
            "lora.rank=1", "loss=ce").Select(s => $"--set '{s}'"));
        (int code, string error) = Shell($"train {SmallRun.Config} {settings}", where);
        Assert.True(code == 0, error);
        Assert.Contains(says, error);
        Assert.True(File.Exists(Path.Combine(run, "adapter", "adapter_model.safetensors")));
        Assert.Empty(File.ReadAllText(Path.Combine(run, ".lock")));
    }

    public void Dispose() => _folder.Dispose();

    private static (int Code, string Error) Shell(string arguments, string where)
    {
        ProcessStartInfo program = DotnetProgram.Of("molengine.dll");
        string command = string.Join(' ', program.ArgumentList.Prepend(program.FileName).Select(a => $"'{a}'"));
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{command} {arguments} {where}"])
        {
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in program.Environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }

    private sealed class FullStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("full");

        public override void Flush() => throw new IOException("full");
    }
}
