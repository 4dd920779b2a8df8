using System.Text;
using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Chat;

/// <summary>Where the chat templates of a model lie.</summary>
internal static class TemplateFiles
{
    private const string Key = "chat_template";
    private const string Default = "default";
    private const string Jinja = "chat_template.jinja";
    private const string Config = "tokenizer_config.json";
    private const string TokensMap = "special_tokens_map.json";

    /// <summary>The file of processors before there was one for everything.</summary>
    private const string Legacy = "chat_template.json";

    private const string NamedFolder = "additional_chat_templates";

    /// <summary>
    /// ChatML, for models that say nothing of dialogues. What a message has besides a role and texts is not in it.
    /// </summary>
    private const string ChatMlSource =
        """
        {%- macro said(content) -%}
        {%- if content is string -%}{{ content }}
        {%- elif content is iterable and content is not mapping -%}
        {%- for part in content if part is mapping and part.text is string -%}{{ part.text }}{%- endfor -%}
        {%- endif -%}
        {%- endmacro -%}
        {%- for message in messages -%}
        {{ '<|im_start|>' + (message.role if message.role is string else '') + '\n' }}
        {%- if message.role == 'assistant' -%}
        {%- generation -%}{{ said(message.content) + '<|im_end|>\n' }}{%- endgeneration -%}
        {%- else -%}{{ said(message.content) + '<|im_end|>\n' }}
        {%- endif -%}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}
        """;

    public static ChatTemplates Load(string folder, string? file, TimeProvider clock)
    {
        JsonFields? config = Fields(Path.Combine(folder, Config));
        IReadOnlyDictionary<string, TemplateSource> sources = file is null
            ? OfFolder(folder, config)
            : Single(OfFile(file));
        bool isFallback = sources.Count == 0;
        if (isFallback)
            sources = Fallback;
        return new ChatTemplates(
            folder, sources, SpecialTokens.Of(config, Fields(Path.Combine(folder, TokensMap))), isFallback, clock);
    }

    /// <summary>ChatML, as the only template.</summary>
    public static IReadOnlyDictionary<string, TemplateSource> Fallback =>
        Single(new TemplateSource(ChatMlSource, new TemplateOrigin("ChatML", IsFile: false)));

    /// <summary>
    /// ChatML for other programs: without the marks of what the assistant says, which not all of them know.
    /// </summary>
    public static string ChatMlWithoutMarks { get; } =
        ChatMlSource.Replace("{%- generation -%}", "").Replace("{%- endgeneration -%}", "");

    /// <summary>All files of a folder that its templates and their special tokens may come from.</summary>
    public static IEnumerable<string> Of(string folder) =>
        ((string[])[Jinja, Config, Legacy, TokensMap]).Select(name => Path.Combine(folder, name)).Where(File.Exists)
            .Concat(NamedFiles(folder));

    /// <inheritdoc cref="ChatTemplates.OwnOf"/>
    public static string? OwnOf(string folder) =>
        Path.Combine(folder, Jinja) is var path && File.Exists(path) ? Text(path).Text : null;

    /// <inheritdoc cref="ChatTemplates.Replace"/>
    public static void Replace(string folder, string template)
    {
        string config = Path.Combine(folder, Config), legacy = Path.Combine(folder, Legacy);
        DurableFiles.WriteText(Path.Combine(folder, Jinja), template);
        if (Fields(config) is { } fields && fields.Has(Key))
            DurableFiles.WriteText(config, JsonText.Changed(fields.RawText, keys => keys[Key] = template));
        DurableFiles.Guarded(folder, () =>
        {
            File.Delete(legacy);
            if (Directory.Exists(Path.Combine(folder, NamedFolder)))
                Directory.Delete(Path.Combine(folder, NamedFolder), recursive: true);
        });
    }

    /// <summary>Files of templates come before those in configs, all together.</summary>
    private static IReadOnlyDictionary<string, TemplateSource> OfFolder(string folder, JsonFields? config)
    {
        Dictionary<string, TemplateSource> files = NamedFiles(folder)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), Text);
        string main = Path.Combine(folder, Jinja);
        if (File.Exists(main))
            files[Default] = Text(main);
        if (files.Count > 0)
            return files;
        if (config?.Has(Key) == true)
            return InConfig(config);
        JsonFields? legacy = Fields(Path.Combine(folder, Legacy));
        return legacy?.Has(Key) == true ? InConfig(legacy) : files;
    }

    private static IEnumerable<string> NamedFiles(string folder)
    {
        string named = Path.Combine(folder, NamedFolder);
        return Directory.Exists(named)
            ? Directory.EnumerateFiles(named, "*.jinja").Order(StringComparer.Ordinal)
            : [];
    }

    /// <summary>A file that a person names.</summary>
    public static TemplateSource OfFile(string path)
    {
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return Text(path);
        IReadOnlyDictionary<string, TemplateSource> inside = InConfig(JsonFields.Load(path));
        string got = inside.Count == 0 ? "none" : "several without a default";
        return inside.GetValueOrDefault(Default) ?? throw new ModelFileException(
            $"{path}: key {Key}: expected a template, got {got}. Name a file with one template");
    }

    /// <summary>The value of the key: a template, or a list of them with names.</summary>
    private static IReadOnlyDictionary<string, TemplateSource> InConfig(JsonFields config)
    {
        if (!config.TryGet(Key, out JsonElement? value))
            return new Dictionary<string, TemplateSource>();
        if (JsonFields.TextOf(value.Value) is { } text)
            return Single(new TemplateSource(text, TemplateOrigin.Inside(config.Where, Key)));
        Dictionary<string, TemplateSource> named = [];
        IEnumerable<JsonElement> entries =
            value.Value.ValueKind == JsonValueKind.Array ? value.Value.EnumerateArray() : [value.Value];
        foreach (JsonElement entry in entries)
        {
            (string? name, string? template) = (Member(entry, "name"), Member(entry, "template"));
            if (name is null || template is null)
                throw config.Wrong(Key, "a text, or a list of objects with name and template", value.Value);
            named[name] = new TemplateSource(template, TemplateOrigin.Inside(config.Where, $"{Key} {name}"));
        }

        return named;
    }

    private static string? Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out JsonElement member)
            ? JsonFields.TextOf(member)
            : null;

    private static Dictionary<string, TemplateSource> Single(TemplateSource source) => new() { [Default] = source };

    private static JsonFields? Fields(string path) => File.Exists(path) ? JsonFields.Load(path) : null;

    private static TemplateSource Text(string path)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return new TemplateSource(text.TrimStart('\uFEFF'), TemplateOrigin.File(path));
        }
        catch (DecoderFallbackException e)
        {
            throw new ModelFileException(
                $"{path}: not valid text: expected a chat template in UTF-8, got other bytes. Save it as UTF-8", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(
                $"{path}: cannot be read: expected a chat template, got \"{e.Message}\". Check the path", e);
        }
    }
}
