using System.Text.Json;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Models;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Weights;

/// <summary>What ends a generation, as serving programs read it.</summary>
public sealed class EndTokensTests
{
    private const string Config = """{"vocab_size": 9, "eos_token_id": 2, "bos_token_id": 1, "pad_token_id": null}""";

    [Theory]
    // All there: the file stays as it was, to the byte.
    [InlineData("""{ "eos_token_id":2,  "temperature":0.6}""", "2", """{ "eos_token_id":2,  "temperature":0.6}""")]
    [InlineData("""{"eos_token_id": [3, 2]}""", "2", """{"eos_token_id": [3, 2]}""")]
    [InlineData(null, "2", null)]
    // Added behind those that are there, all else kept.
    [InlineData("""{"eos_token_id": 2, "top_k": 20}""", "5 2 7", """{"eos_token_id":[2,5,7],"top_k":20}""")]
    [InlineData("""{"top_p": 0.95}""", "5", """{"top_p":0.95,"eos_token_id":[2,5]}""")]
    // A new file has what transformers would have taken from the config.
    [InlineData(null, "5", """{"bos_token_id":1,"pad_token_id":null,"eos_token_id":[2,5]}""")]
    public void Ids_are_added_to_those_that_are_there(string? file, string ids, string? expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", Config);
        string path = Path.Combine(folder.Root, GenerationConfig.FileName);
        if (file is not null)
            folder.Write(GenerationConfig.FileName, file);
        int[] added = [.. ids.Split(' ').Select(int.Parse)];
        EndTokens.Add(folder.Root, added);
        Assert.Equal(expected, !File.Exists(path) ? null : File.ReadAllText(path) == file ? file : Compact(path));
        Assert.Subset(GenerationConfig.Load(folder.Root).EosTokenIds.ToHashSet(), added.ToHashSet());
    }

    private static string Compact(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return JsonSerializer.Serialize(document.RootElement);
    }
}
