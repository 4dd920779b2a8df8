using MolEngine.Hub.Downloads;

namespace MolEngine.Hub.Tests;

/// <summary>Which files of a repository come.</summary>
public sealed class FileChoiceTests
{
    private static readonly RepoName Model = new(RepoKind.Model, "Org/Name");

    [Fact]
    public void Of_a_model_what_is_needed_comes_and_nothing_twice()
    {
        string[] needed =
        [
            "LICENSE", "LICENSE.md", "NOTICE", "README.md", "USE_POLICY.md", "added_tokens.json",
            "additional_chat_templates/rag.jinja", "chat_template.jinja", "chat_template.json", "config.json",
            "generation_config.json", "merges.txt", "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors", "model.safetensors.index.json", "special_tokens_map.json",
            "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "vocab.txt",
        ];
        string[] others =
        [
            ".gitattributes", "consolidated.safetensors", "figures/a.png", "flax_model.msgpack", "model.gguf",
            "modeling.py", "onnx/config.json", "onnx/model.onnx", "original/consolidated.00.pth",
            "original/params.json", "original/model.safetensors", "pytorch_model.bin", "tf_model.h5",
            "training_args.bin",
        ];
        Assert.Equal(needed, FileChoice.Of(Model, [.. others, .. needed], []));
    }

    [Fact]
    public void Weights_of_another_name_come_where_there_are_no_others() => Assert.Equal(
        ["consolidated.safetensors"], FileChoice.Of(Model, ["consolidated.safetensors"], []));

    [Theory]
    [InlineData("config.json pytorch_model.bin", "", "got pytorch_model.bin and no safetensors. Look for a conversion")]
    [InlineData("config.json model.gguf", "", "got model.gguf and no safetensors")]
    [InlineData("config.json", "", "got no safetensors at its root")]
    [InlineData("config.json pytorch_model.bin", "*.bin", "got only Python pickles (pytorch_model.bin)")]
    [InlineData("config.json", "*.csv", "expected files that match *.csv, got none among 1: config.json")]
    public void What_cannot_be_read_is_told(string files, string include, string expected) => Assert.Contains(
        expected,
        Assert.Throws<UserException>(() => FileChoice.Of(
            Model, files.Split(' '), include.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Message);
}
