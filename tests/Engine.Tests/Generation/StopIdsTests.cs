using MolEngine.Engine.Generation;
using MolEngine.Engine.Tests.Tokenization;
using MolEngine.Engine.Tests.Training;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Generation;

public sealed class StopIdsTests : IDisposable
{
    private const string ChatMl =
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A base model's folder: its files name the end of a text alone.</summary>
    [Theory]
    [InlineData(null, new[] { 2, 7, 257 })]
    [InlineData(ChatMl, new[] { 2, 7, 257 })]
    [InlineData("{% for m in messages %}{{ m.content }}<end>\n{% endfor %}", new[] { 2, 7, 258 })]
    [InlineData("{% for m in messages %}{{ m.content }}\n{% endfor %}", new[] { 2, 7 })]
    [InlineData("{% for m in messages %}{{ m.content | no_such_filter }}\n{% endfor %}", new[] { 2, 7 })]
    public void They_are_those_of_both_files_and_of_the_template(string? template, int[] expected)
    {
        Tokenizer tokenizer = Write(template, """{"eos_token_id": [7, 2]}""");
        Assert.Equal(expected, StopIds.Of(_folder.Root, tokenizer).Order());
    }

    [Fact]
    public void A_folder_without_a_generation_config_has_the_config_s()
    {
        Tokenizer tokenizer = Write(ChatMl, null);
        Assert.Equal([2, 257], StopIds.Of(_folder.Root, tokenizer).Order());
        Assert.Equal([2], StopIds.OfFolder(_folder.Root));
    }

    private Tokenizer Write(string? template, string? generationConfig)
    {
        string json = MadeTokenizer.Json(
            [], MadeTokenizer.ByteLevel(useRegex: false),
            $"[{MadeTokenizer.Added(256, "<|im_start|>")}, {MadeTokenizer.Added(257, "<|im_end|>")}, "
            + $"{MadeTokenizer.Added(258, "<end>", special: false)}]").ToJsonString();
        _folder.Write("tokenizer.json", json);
        _folder.Write("config.json", TinyModel.Json("llama", tied: false));
        if (generationConfig is not null)
            _folder.Write("generation_config.json", generationConfig);
        if (template is not null)
            _folder.Write("chat_template.jinja", template);
        return Tokenizer.Load(_folder.Root);
    }
}
