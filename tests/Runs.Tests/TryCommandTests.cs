using MolEngine.Runs.Records;

namespace MolEngine.Runs.Tests;

public sealed class TryCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A model is spoken to as it was spoken to in training.</summary>
    [Theory]
    [InlineData("--prompt", "plain", "[]")]
    [InlineData("--prompt", "plain", """[{"general": false, "documents": 9, "source": {"dialogues": 0}}]""")]
    [InlineData("--prompt", "plain", """[{"general": true, "documents": 9, "source": {"dialogues": 9}}]""")]
    [InlineData("--chat", "plain", """[{"general": false, "documents": 9, "source": {"dialogues": 4}}]""")]
    [InlineData("--chat", "chat", "[]")]
    [InlineData("--prompt", "plain", """[7, {"general": false, "source": 3}, {"general": false}]""")]
    public void A_run_on_dialogues_is_tried_in_a_dialogue(string option, string pairs, string corpora)
    {
        _folder.Write("config.yaml", $"model: m\nquestions: {{path: q.jsonl, pairs: {pairs}}}\n");
        _folder.Write("data.json", $"{{\"corpora\": {corpora}}}");
        RunRecord run = RunRecordReader.Read(_folder.Root);
        Assert.Equal($"molengine generate m {option} \"...\"", TryCommand.OfModel("m", run));
        Assert.Equal($"molengine generate m --adapter a {option} \"...\"", TryCommand.OfAdapter("m", "a", run));
    }
}
