namespace MolEngine.Trainer.Tests.Cli;

/// <summary>What of a tokenizer's files has no effect is told once, by every command that reads them.</summary>
public sealed class TokenizerNotesTests : IDisposable
{
    private readonly TinyRun _run = new();

    public TokenizerNotesTests()
    {
        string tokenizer = Path.Combine(_run.Model, "tokenizer.json");
        string token = """{ "id": 400, "content": "~", "special": false },""";
        File.WriteAllText(
            tokenizer, File.ReadAllText(tokenizer).Replace("\"added_tokens\": [", "\"added_tokens\": [" + token));
    }

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("train")]
    [InlineData("score")]
    [InlineData("generate")]
    [InlineData("tokenize")]
    [InlineData("inspect")]
    public void Every_command_tells_it_once(string verb)
    {
        string[] command = verb switch
        {
            "train" => _run.Arguments("a", "steps=1"),
            "inspect" => [verb, _run.Config],
            "generate" => [verb, _run.Model, "--prompt", "a", "--max-tokens", "1"],
            _ => [verb, _run.Model, "--input", _run.Texts],
        };
        (int code, string output, string error) = TinyRun.Run(command);
        Assert.True(code == ExitCode.Done, error);
        string told = Assert.Single((output + error).Split('\n'), l => l.Contains("added token \"~\""));
        Assert.Contains("the file gives it the id 400", told);
    }
}
