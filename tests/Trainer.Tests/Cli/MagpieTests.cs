using System.Diagnostics;
using System.Text.Json;
using MolEngine.Data.Synthesis;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>Corpora out of the quickstart's model, as it is (a base model) and with a chat template.</summary>
public sealed class MagpieTests : IDisposable
{
    private const string Template = "{% for m in messages %}{{ m.role }}: {{ m.content }}<|endoftext|>\n{% endfor %}"
        + "{% if add_generation_prompt %}assistant:{% endif %}";

    /// <summary>Records; as many as it takes for a process to be still at work when it is killed.</summary>
    private const int Few = 6, Many = 16;

    private readonly TempFolder _folder = new();

    private static string BaseModel => Path.Combine(Shared.Repository, "examples", "quickstart", "model");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_base_model_goes_on_from_where_a_document_begins_and_the_batch_changes_nothing()
    {
        string one = Made(BaseModel, "one.jsonl", "--batch", "1"), many = Made(BaseModel, "many.jsonl", "--batch", "5");
        Assert.Equal(File.ReadAllText(one), File.ReadAllText(many));
        string[] texts = [.. Records(one).Select(r => r.GetProperty("text").GetString()!)];
        Assert.Equal(6, texts.Length);
        Assert.Equal(6, texts.Distinct().Count());
        Assert.All(texts, t => Assert.DoesNotContain("\ufffd", t));
        Assert.NotEqual(File.ReadAllText(one), File.ReadAllText(Made(BaseModel, "other.jsonl", "--seed", "7")));
        Assert.False(File.Exists(WorkJournal.PathOf(one)));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(one + ".report.json"));
        long attempts = report.RootElement.GetProperty("attempts").GetInt64();
        int dropped = report.RootElement.GetProperty("dropped").EnumerateArray()
            .Sum(d => d.GetProperty("count").GetInt32());
        Assert.Equal(attempts, 6 + dropped);
    }

    [Fact]
    public void A_model_with_a_template_makes_up_users_and_answers_them()
    {
        string model = ChatModel();
        string output = Made(model, "own.jsonl", "--user-tokens", "96");
        foreach (JsonElement record in Records(output))
        {
            JsonElement[] messages = [.. record.GetProperty("messages").EnumerateArray()];
            Assert.Equal(["user", "assistant"], messages.Select(m => m.GetProperty("role").GetString()!));
            Assert.All(messages, m => Assert.NotEqual("", m.GetProperty("content").GetString()!.Trim()));
        }
    }

    [Fact]
    public void What_was_killed_goes_on_to_the_same_file()
    {
        string whole = Path.Combine(_folder.Root, "whole.jsonl");
        TinyRun.Ok(Command(BaseModel, whole, Many, "--batch", "2"));
        string killed = Path.Combine(_folder.Root, "killed.jsonl");
        string part = WorkJournal.PathOf(killed);
        string[] command = Command(BaseModel, killed, Many, "--batch", "2");
        using (Process process = Process.Start(DotnetProgram.Of("molengine.dll", command))!)
        {
            // The notes are the process's own to read: their length says that a record is among them.
            var lengths = new HashSet<long>();
            while (!process.HasExited && lengths.Count < 2)
            {
                if (new FileInfo(part) is { Exists: true, Length: > 0 and long length })
                    lengths.Add(length);
                Thread.Sleep(1);
            }

            process.Kill();
            process.WaitForExit();
        }

        Assert.True(File.Exists(part), "the process was done before it was killed");

        // As if the disk had got half of a line.
        byte[] noted = File.ReadAllBytes(part);
        File.WriteAllBytes(part, noted[..^1]);
        (int code, _, string error) = TinyRun.Run(command);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("killed.jsonl.part: goes on after ", error);
        Assert.Equal(File.ReadAllText(whole), File.ReadAllText(killed));
    }

    [Theory]
    [InlineData("--topics: expected a model with a chat template", "--topics", "math")]
    [InlineData("--topics: maths: expected one of general, advice, ", "--topics", "maths")]
    [InlineData("--system: expected NAME=TEXT, got x", "--system", "x")]
    [InlineData("got general twice", "--topics", "general,general")]
    [InlineData("--top-p: expected a number from 1E-06 to 1, got 2", "--top-p", "2")]
    [InlineData("--seed: expected an integer of at least 0, got -1", "--seed", "-1")]
    [InlineData("--count: expected an integer, got many", "--count", "many")]
    public void A_mistake_is_a_sentence(string says, params string[] options)
    {
        string output = Path.Combine(_folder.Root, "bad.jsonl");
        string[] command = options[0] == "--count"
            ? ["magpie", BaseModel, "--output", output, .. options]
            : ["magpie", BaseModel, "--output", output, "--count", "2", .. options];
        (int code, _, string error) = TinyRun.Run(command);
        Assert.Equal(ExitCode.UserError, code);
        Assert.Contains(says, error);
        Assert.False(File.Exists(output));
    }

    /// <summary>Answers without an end are cut, attempt after attempt: it is given up, and said why.</summary>
    [Fact]
    public void Attempts_in_vain_end_with_the_reason()
    {
        string output = Path.Combine(_folder.Root, "vain.jsonl");
        (int code, _, string error) = TinyRun.Run(Command(ChatModel(), output, Few, "--user-tokens", "1"));
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("300 attempts in a row gave no record; 0 records of 6 are there", error);
        Assert.Matches("Most were dropped for '(user cut|empty)'", error);
        Assert.Equal(301, File.ReadAllLines(WorkJournal.PathOf(output)).Length);
    }

    private static string[] Command(string model, string output, int count, params string[] more) =>
    [
        "magpie", model, "--count", $"{count}", "--output", output, "--max-tokens", "60", "--temperature", "1",
        "--top-p", "0.8", "--user-top-p", "0.8", .. more,
    ];

    private string Made(string model, string name, params string[] more)
    {
        string output = Path.Combine(_folder.Root, name);
        TinyRun.Ok(Command(model, output, Few, more));
        return output;
    }

    private static IEnumerable<JsonElement> Records(string path) =>
        File.ReadLines(path).Select(l => JsonDocument.Parse(l).RootElement);

    private string ChatModel()
    {
        string model = Path.Combine(_folder.Root, "chat");
        if (Directory.Exists(model))
            return model;
        Directory.CreateDirectory(model);
        foreach (string file in Directory.GetFiles(BaseModel))
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(model, "chat_template.jinja"), Template);
        return model;
    }
}
