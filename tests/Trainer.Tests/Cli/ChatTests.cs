using System.Diagnostics;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>Dialogues over standard input and output, in a process of their own.</summary>
public sealed class ChatTests : IDisposable
{
    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Lines_are_asked_one_after_the_other_and_the_dialogue_is_remembered()
    {
        string first = Generated("Hi");
        (int code, string output, string error) = Talk("Hi\n/new\nHi\nHi\n/undo\nHi\n/what\n/quit\nHi\n");
        Assert.Equal(ExitCode.Done, code);
        string[] lines = output.Split('\n');

        // The same question alone, after /new, and a second time in the dialogue, which is taken back and asked again.
        Assert.Equal([first, first], lines[..2]);
        Assert.NotEqual(first, lines[2]);
        Assert.Equal(lines[2], lines[3]);
        Assert.StartsWith("/new begins another dialogue", lines[4]);
        Assert.Contains("ChatML stands in", error);
        Assert.Equal("", lines[^1]);
    }

    [Fact]
    public void Those_who_answer_are_named()
    {
        TinyRun.Ok("train", _run.Config);
        string adapter = Path.Combine(_run.Root, "out", "adapter");
        (int code, string output, _) = Talk("Hi\n", "--adapter", adapter, "--compare");
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains($"base: {Generated("Hi")}", output);
        Assert.Contains($"out: {Generated("Hi", "--adapter", adapter)}", output);
    }

    [Theory]
    [InlineData("--compare: expected an --adapter to compare MODEL with, got none", "--compare")]
    [InlineData("--context: expected an integer of at least 1, got 0", "--context", "0")]
    public void Options_are_checked(string says, params string[] options)
    {
        (int code, string output, string error) = TinyRun.Run(["chat", _run.Model, .. options]);
        Assert.Equal((ExitCode.UserError, ""), (code, output));
        Assert.Contains(says, error);
    }

    [Fact]
    public void A_dialogue_beyond_the_context_is_told_and_goes_on_without_the_question()
    {
        string question = string.Concat(Enumerable.Repeat("long ", 30));
        (int code, string output, _) = Talk($"{question}\nHi\n", "--context", "100");
        Assert.Equal(ExitCode.Done, code);
        string[] lines = output.Split('\n');
        Assert.Contains("and --context is 100: /new begins another", lines[0]);
        Assert.Equal(Generated("Hi"), lines[1]);
    }

    private string Generated(string question, params string[] more) => TinyRun.Ok(
        ["generate", _run.Model, "--chat", question, "--max-tokens", "5", .. more]).TrimEnd('\n');

    private (int Code, string Output, string Error) Talk(string input, params string[] more)
    {
        string[] context = more.Contains("--context") ? [] : ["--context", "120"];
        ProcessStartInfo start = DotnetProgram.Of(
            "molengine.dll", ["chat", _run.Model, "--max-tokens", "5", .. context, .. more]);
        start.RedirectStandardInput = true;
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Replace("[answer: cut after --max-tokens or at the end of --context]\n", ""),
            error.Result);
    }
}
