using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Config;

/// <summary>A run writes nothing into a folder that it reads.</summary>
public sealed class OutputPlaceTests : IDisposable
{
    private readonly TinyRun _run = new();

    public OutputPlaceTests()
    {
        Directory.CreateDirectory(_run.At("texts/sub"));
        File.Copy(Path.Combine(Material.Folder, "glass_bees.jsonl"), _run.At("texts/a.jsonl"));
        Directory.CreateDirectory(_run.At("elsewhere"));
        Directory.CreateSymbolicLink(_run.At("link"), _run.At("texts"));
        Directory.CreateSymbolicLink(_run.At("texts/more"), _run.At("elsewhere"));
    }

    [Theory]
    [InlineData("texts", "texts/run")]
    [InlineData("texts", "texts/runs/a")]
    [InlineData("texts", "texts/sub")]
    [InlineData("texts", "texts")]
    [InlineData("texts", "link/run")]
    [InlineData("link", "texts/run")]
    [InlineData("texts", "elsewhere/run")]
    public void A_corpus_folder_is_none_for_the_output(string corpus, string output)
    {
        string said = Refusal(output, Corpora(corpus));
        Assert.Contains($"{_run.At(output)}: output: expected a folder outside of what the run reads", said);
        Assert.Contains($"in data.corpora[1].path ({_run.At(corpus)})", said);
    }

    [Theory]
    [InlineData("model")]
    [InlineData("model/runs/a")]
    public void Nor_is_the_models_folder(string output) =>
        Assert.Contains($"in model ({_run.Model})", Refusal(output, "steps=1"));

    [Fact]
    public void Nor_is_that_of_the_adapter_to_start_from()
    {
        string adapter = Path.Combine(_run.Train("first", "steps=1", "validate.every=0", "samples=0"), "adapter");
        Assert.Contains(
            $"in lora.from ({adapter})", Refusal("first/adapter/second", "lora.rank=null", $"lora.from={adapter}"));
    }

    /// <summary>A name that begins with the folder's name is another folder; so is a corpus file's own.</summary>
    [Fact]
    public void A_folder_beside_is_free()
    {
        _run.Train("texts-run", "steps=1", "validate.every=0", "samples=0", Corpora("texts"));
        _run.Train("texts/b", "steps=1", "validate.every=0", "samples=0", Corpora("texts/a.jsonl"));
    }

    public void Dispose() => _run.Dispose();

    private string Corpora(string second) =>
        $"data.corpora=[{{name: everyday, path: {Material.Folder}/everyday.jsonl, kind: general}}, "
        + $"{{name: bees, path: {_run.At(second)}, kind: domain}}]";

    /// <summary>What is said of a run that must leave every folder as it was.</summary>
    private string Refusal(string output, params string[] settings)
    {
        string[] before = Everything();
        (int code, string printed, string error) = TinyRun.Run(_run.Arguments(output, settings));
        Assert.Equal((2, ""), (code, printed));
        Assert.Equal(before, Everything());
        return error;
    }

    private string[] Everything() =>
        [.. Directory.GetFileSystemEntries(_run.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
