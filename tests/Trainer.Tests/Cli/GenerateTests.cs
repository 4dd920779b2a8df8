using System.Text.Json;
using MolEngine.Data;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Trainer.Tests.Cli;

/// <summary>Sampling on the command line, and corpora in a model's own words.</summary>
public sealed class GenerateTests : IDisposable
{
    private readonly TinyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_seed_draws_the_same_text_again()
    {
        string Say(params string[] more) => TinyRun.Ok(
            ["generate", _run.Model, "--prompt", "Glass", "--max-tokens", "24", "--json", .. more]);
        Assert.Equal(Say("--temperature", "1", "--seed", "1"), Say("--temperature", "1", "--seed", "1"));
        Assert.NotEqual(Say("--temperature", "1", "--seed", "1"), Say("--temperature", "1", "--seed", "2"));
        Assert.Equal(Say(), Say("--top-k", "1", "--seed", "7"));
    }

    [Theory]
    [InlineData("--temperature: expected a number above 0", "--temperature", "0")]
    [InlineData("--temperature: expected a number, got hot", "--temperature", "hot")]
    [InlineData("--seed: expected an integer of at least 0, got -1", "--seed", "-1")]
    [InlineData("--top-k: expected an integer, got 1.5", "--top-k", "1.5")]
    [InlineData("--count: expected it with --input alone, got it without", "--count", "3")]
    [InlineData("--output: expected it with --input alone, got it without", "--output", "x.jsonl")]
    [InlineData("--top-p: expected a number above 0, at most 1, got 1.5", "--top-p", "1.5")]
    [InlineData("--top-k: expected an integer of at least 0, got -1", "--top-k", "-1")]
    [InlineData("--min-p: expected a number from 0 to 1, got 2", "--min-p", "2")]
    [InlineData("--repetition-penalty: expected a number above 0, got -1", "--repetition-penalty", "-1")]
    public void A_value_out_of_range_is_a_sentence(string says, params string[] options)
    {
        (int code, string output, string error) = TinyRun.Run(
            ["generate", _run.Model, "--prompt", "x", .. options]);
        Assert.Equal((ExitCode.UserError, ""), (code, output));
        Assert.Contains(says, error);
    }

    [Fact]
    public void Texts_continued_are_a_corpus_that_training_reads()
    {
        string input = _run.At("openings.jsonl"), output = _run.At("own.jsonl");
        File.WriteAllText(input, """
            {"text": "A glass bee"}
            {"text": "<|im_start|>user\nHi<|im_end|>\n"}

            """);
        string[] command =
        [
            "generate", _run.Model, "--input", input, "--count", "3", "--max-tokens", "8", "--temperature", "1",
            "--output", output,
        ];
        Assert.StartsWith($"{output}: 6 documents, ", TinyRun.Ok(command));
        string[] texts = [.. JsonlReader.Read(output).Select(r => r.Text)];
        Assert.Equal(6, texts.Length);
        Assert.All(texts[..3], t => Assert.StartsWith("A glass bee", t));
        Assert.All(texts[3..], t => Assert.StartsWith("<|im_start|>user\nHi<|im_end|>\n", t));
        Assert.Equal(6, texts.Distinct().Count());
        Assert.All(texts, t => Assert.DoesNotContain("<|endoftext|>", t));

        // It is never written over, and a record without a token is named.
        (int code, _, string error) = TinyRun.Run(command);
        Assert.Equal(ExitCode.UserError, code);
        Assert.Contains($"--output: {output}: expected a file that is absent", error);
        File.WriteAllText(input, JsonSerializer.Serialize(new { text = "" }) + "\n");
        command[^1] = _run.At("other.jsonl");
        (code, _, error) = TinyRun.Run(command);
        Assert.Equal(ExitCode.UserError, code);
        Assert.Contains($"{input}:1: text: expected a text of at least one token", error);
        Assert.False(File.Exists(command[^1]));
    }

    [Fact]
    public void Greedy_texts_are_not_written_twice()
    {
        string input = _run.At("openings.jsonl");
        File.WriteAllText(input, "{\"text\": \"A\"}\n");
        (int code, string output, string error) = TinyRun.Run("generate", _run.Model, "--input", input, "--count", "3");
        Assert.Equal((ExitCode.UserError, ""), (code, output));
        Assert.Contains("--count: expected 1 where decoding is greedy, which writes the same text each time", error);
    }

    /// <summary>Whatever asks gets an answer of the model's own; without a file, records come on the output.</summary>
    [Fact]
    public void Dialogues_and_questions_are_answered_anew()
    {
        string input = _run.At("asked.jsonl");
        File.WriteAllText(input, """
            {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]}
            {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Old."}], "tools": []}
            {"question": "Who?", "answer": "Old."}

            """);
        File.WriteAllText(
            Path.Combine(_run.Model, "chat_template.jinja"),
            "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}[me]{% endif %}");
        string[] command = ["generate", _run.Model, "--input", input, "--max-tokens", "6"];
        string[] lines = TinyRun.Ok(command).TrimEnd().Split('\n');
        JsonElement[][] messages =
        [
            .. lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("messages").EnumerateArray().ToArray()),
        ];
        Assert.Equal([3, 2, 2], messages.Select(m => m.Length));
        Assert.All(messages, m => Assert.Equal("assistant", m[^1].GetProperty("role").GetString()));
        Assert.Equal("Who?", messages[2][0].GetProperty("content").GetString());

        // Each as if it were asked alone.
        string alone = TinyRun.Ok("generate", _run.Model, "--chat", "Who?", "--max-tokens", "6", "--json");
        Assert.Equal(
            JsonDocument.Parse(alone).RootElement.GetProperty("text").GetString()!.Trim(),
            messages[2][1].GetProperty("content").GetString());
        Assert.DoesNotContain("Old.", string.Concat(lines));
    }

    [Fact]
    public void A_file_that_was_begun_is_gone_on_with()
    {
        string input = _run.At("openings.jsonl"), output = _run.At("own.jsonl"), part = output + ".part";
        File.WriteAllText(input, "{\"text\": \"A\"}\n{\"text\": \"B\"}\n");
        string[] command =
        [
            "generate", _run.Model, "--input", input, "--count", "2", "--temperature", "1", "--max-tokens", "8",
            "--output", output,
        ];
        TinyRun.Ok(command);
        string[] whole = File.ReadAllLines(output);
        Assert.Equal(4, whole.Length);
        Assert.False(File.Exists(part));

        // The notes of a command that was stopped, which names what it was at.
        File.Delete(output);
        string[] other = [.. command[..^1], _run.At("else.jsonl")];
        TinyRun.Ok(other);
        Assert.Equal(whole, File.ReadAllLines(other[^1]));
        File.WriteAllText(part, "{}\n");
        (int code, _, string error) = TinyRun.Run(command);
        Assert.Equal(ExitCode.UserError, code);
        Assert.Contains("own.jsonl.part: an earlier command began other work there (", error);
    }

    [Fact]
    public void A_message_is_put_into_the_template_of_the_model()
    {
        (int code, string output, string error) =
            TinyRun.Run("generate", _run.Model, "--chat", "Hi", "--max-tokens", "1", "--json");
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("has no chat template: ChatML stands in for it", error);
        Assert.Equal("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", Prompt(output));

        File.WriteAllText(
            Path.Combine(_run.Model, "chat_template.jinja"),
            """
            {{ eos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}
            {% if add_generation_prompt %}[me{{ level + 1 }}{{ name }}{{ think }}]{% endif %}
            """);
        string[] variables = ["--chat-var", "level=2", "--chat-var", "name=x y", "--chat-var", "think=false"];
        string[] command = ["generate", _run.Model, "--chat", "Hi", "--max-tokens", "1", "--json", .. variables];
        Assert.Equal("<|endoftext|>[user]Hi[me3x yFalse]", Prompt(TinyRun.Ok(command)));
        Assert.Equal(
            "<|endoftext|>[system]Be brief.[user]Hi[me3x yFalse]",
            Prompt(TinyRun.Ok([.. command, "--system", "Be brief."])));

        (code, _, error) = TinyRun.Run(command[..^6]);
        Assert.Equal(ExitCode.UserError, code);
        Assert.Contains("chat_template.jinja:2: the chat template fails on the dialogue: 'level' is undefined", error);
    }

    [Theory]
    [InlineData("--chat-var: expected NAME=VALUE (enable_thinking=false), got x", "--chat", "a", "--chat-var", "x")]
    [InlineData("--system, --chat-var: expected them with --chat (--chat-var with", "--prompt", "a", "--system", "x")]
    [InlineData("--chat-var: expected them with --chat (--chat-var with", "--prompt", "a", "--chat-var", "x=1")]
    public void Options_of_a_chat_are_checked(string says, params string[] options)
    {
        (int code, string output, string error) = TinyRun.Run(["generate", _run.Model, .. options]);
        Assert.Equal((ExitCode.UserError, ""), (code, output));
        Assert.Contains(says, error);
    }

    /// <summary>The prompt of an answer in JSON, as text.</summary>
    private string Prompt(string answer)
    {
        using JsonDocument json = JsonDocument.Parse(answer);
        int[] ids = [.. json.RootElement.GetProperty("prompt_ids").EnumerateArray().Select(i => i.GetInt32())];
        return Tokenizer.Load(_run.Model).Decode(ids, skipSpecialTokens: false);
    }
}
