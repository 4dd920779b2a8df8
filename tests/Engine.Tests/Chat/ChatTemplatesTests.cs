using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Files;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Chat;

/// <summary>Where a model's template comes from, and what it is told.</summary>
public sealed class ChatTemplatesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_comes_before_the_config_and_the_config_before_the_old_file()
    {
        Assert.True(Load().IsFallback);
        _folder.Write("chat_template.json", """{"chat_template": "old"}""");
        Assert.Equal("old", Text());
        _folder.Write("tokenizer_config.json", """{"chat_template": "config"}""");
        Assert.Equal("config", Text());
        _folder.Write("chat_template.jinja", "file\n");
        Assert.Equal("file", Text());
        Assert.False(Load().IsFallback);
        Assert.Equal("other", ChatTemplates.Load(_folder.Root, _folder.Write("mine.txt", "other")).ForPlain().Source);
        string json = _folder.Write("mine.json", """{"chat_template": "inside"}""");
        Assert.Equal("inside", ChatTemplates.Load(_folder.Root, json).ForPlain().Source);
    }

    [Theory]
    [InlineData(true, "{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}"
        + "{% for p in m.content %}{{ p.text }}{% endfor %}{% endif %}{% endfor %}")]
    [InlineData(false, "{% for m in messages %}{{ m.content }}{% endfor %}")]
    [InlineData(false, "{% for m in messages %}{{ '<' + m.content }}{% endfor %}")]
    [InlineData(false, "{% for m in messages %}{% if m.content is string %}{{ m.content }}{% endif %}{% endfor %}")]
    [InlineData(false, "{% for m in messages %}{% if m.content is string or m.role == 'system' %}{{ m.content }}"
        + "{% else %}{{ m.content[0].text }}{% endif %}{% endfor %}")]
    [InlineData(true, "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}"
        + "{{ m.content if m.content is string else m.content[0].text }}{% endfor %}")]
    public void Whether_a_template_reads_parts_is_found_by_trying(bool expected, string template) =>
        Assert.Equal(expected, ChatTemplate.Parse(template, "t").ReadsParts);

    [Fact]
    public void Tools_have_a_template_of_their_own_where_the_model_has_one()
    {
        _folder.Write(
            "tokenizer_config.json",
            """
            {"chat_template": [
                {"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools"}]}
            """);
        Assert.Equal("plain", Text());
        Assert.Equal("plain", Text("""{"tools": null}"""));
        Assert.Equal("tools", Text("""{"tools": []}"""));
        _folder.Folder("additional_chat_templates");
        _folder.Write("additional_chat_templates/tool_use.jinja", "tools of a file");
        _folder.Write("chat_template.jinja", "file");
        Assert.Equal(("file", "tools of a file"), (Text(), Text("""{"tools": [1]}""")));
        Assert.Equal(["default", "tool_use"], Load().Names.Order());
    }

    [Fact]
    public void One_template_takes_the_place_of_all_that_a_folder_has()
    {
        const string New = "{{ 'a \"b\"' }}\n\u00e9", Said = "a \"b\"\n\u00e9";
        string config = _folder.Write("tokenizer_config.json", "{\"eos_token\": \"</s>\", \"x\": 1e30, \"y\": NaN}");
        ChatTemplates.Replace(_folder.Root, New);
        Assert.Equal("{\"eos_token\": \"</s>\", \"x\": 1e30, \"y\": NaN}", File.ReadAllText(config));
        Assert.Equal(Said, Text());

        File.WriteAllText(config, """
            {"eos_token": "</s>", "chat_template": [{"name": "default", "template": "plain"}], "x": 1e30, "y": NaN}
            """);
        _folder.Write("chat_template.json", """{"chat_template": "old"}""");
        _folder.Folder("additional_chat_templates");
        _folder.Write("additional_chat_templates/tool_use.jinja", "tools");
        _folder.Write("chat_template.jinja", "file");
        ChatTemplates.Replace(_folder.Root, New);
        Assert.Equal(["default"], Load().Names);
        Assert.Equal(Said, Text("""{"tools": [1]}"""));
        Assert.Equal(new TextValue("</s>"), Load().SpecialTokens["eos_token"]);
        Assert.Equal(
            ["chat_template.jinja", "tokenizer_config.json"],
            Directory.GetFileSystemEntries(_folder.Root).Select(Path.GetFileName).Order());
        string written = File.ReadAllText(config);
        Assert.Contains("\"x\": 1e30,\n  \"y\": NaN\n", written);

        // Programs that look into the config first find the same.
        File.Delete(Path.Combine(_folder.Root, "chat_template.jinja"));
        Assert.Equal(Said, Text());
        Assert.Equal(New, ChatTemplates.TextOf(_folder.Write("mine.jinja", "\ufeff" + New)));
        Assert.Equal(New, ChatTemplates.TextOf(config));
    }

    [Fact]
    public void Several_without_a_default_are_refused()
    {
        _folder.Write("tokenizer_config.json", """{"chat_template": [{"name": "rag", "template": "x"}]}""");
        Assert.Contains(
            "expected one named default, got rag", Assert.Throws<ChatTemplateException>(() => Text()).Message);
        _folder.Write("tokenizer_config.json", """{"chat_template": 5}""");
        Assert.Contains("key chat_template: expected a text", Assert.Throws<ModelFileException>(() => Text()).Message);
        Assert.NotEmpty(ChatTemplates.FingerprintOf(_folder.Root));
    }

    [Fact]
    public void Templates_see_the_special_tokens_as_texts()
    {
        _folder.Write(
            "tokenizer_config.json",
            """
            {"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>", "pad_token": null,
             "add_bos_token": true, "extra_special_tokens": {"image_token": "<img>"},
             "chat_template": "{{ bos_token ~ eos_token }}{{ pad_token is defined }}{{ unk_token ~ image_token }}"}
            """);
        _folder.Write("special_tokens_map.json", """{"unk_token": "<unk>", "eos_token": "old", "pad_token": "old"}""");
        ChatTemplate template = Load().ForPlain();
        Assert.Equal("<s></s>False<unk><img>", template.Render([], MapValue.Empty, false).Text);
        MapValue own = Rendering.Map("""{"bos_token": "mine"}""");
        Assert.StartsWith("mine</s>", template.Render([], own, false).Text);
    }

    [Fact]
    public void An_error_names_the_file_and_the_line()
    {
        string path = _folder.Write("chat_template.jinja", "a\n{{ 1 + }}");
        ChatTemplates templates = Load();
        Assert.StartsWith($"{path}:2: ", Assert.Throws<ChatTemplateException>(() => templates.ForPlain()).Message);
        File.Delete(path);
        path = _folder.Write("tokenizer_config.json", """{"chat_template": "a\n{{ x.y }}"}""");
        ChatTemplate template = Load().ForPlain();
        var e = Assert.Throws<ChatTemplateException>(() => template.Render([], MapValue.Empty, false));
        Assert.StartsWith($"{path}: chat_template, line 2: ", e.Message);
        path = _folder.Write("chat_template.jinja", [0x61, 0xFF]);
        Assert.Contains($"{path}: not valid text", Assert.Throws<ModelFileException>(() => Load()).Message);
        Assert.Contains(
            "cannot be read",
            Assert.Throws<ModelFileException>(() => ChatTemplates.Load(_folder.Root, "gone")).Message);
    }

    [Fact]
    public void A_fingerprint_is_that_of_all_that_renders()
    {
        string Now() => ChatTemplates.FingerprintOf(_folder.Root);
        List<string> seen = [Now()];
        void Changes()
        {
            Assert.DoesNotContain(Now(), seen);
            seen.Add(Now());
        }

        _folder.Write("tokenizer_config.json", """{"chat_template": "a"}""");
        Changes();
        _folder.Write("tokenizer_config.json", """{"chat_template": "bos_token", "bos_token": "<s>"}""");
        Changes();
        _folder.Write("tokenizer_config.json", """{"chat_template": "bos_token", "bos_token": "<t>"}""");
        Changes();
        _folder.Write(
            "tokenizer_config.json", """{"chat_template": "bos_token", "bos_token": "<t>", "eos_token": "e"}""");
        Assert.Equal(seen[^1], Now());
        _folder.Write("chat_template.jinja", "b");
        Changes();
        _folder.Folder("additional_chat_templates");
        _folder.Write("additional_chat_templates/tool_use.jinja", "c");
        Changes();
        _folder.Write("tokenizer_config.json", "no JSON");
        Changes();
    }

    private ChatTemplates Load() => ChatTemplates.Load(_folder.Root);

    private string Text(string variables = "{}") => Load().For(Rendering.Map(variables))
        .Render([], Rendering.Map(variables), false).Text;
}
