using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using MolEngine.Basics.Files;
using MolEngine.Basics.Values;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Chat;

/// <summary>
/// The chat templates of a model: one, or several by name of which one is for dialogues with tools. They are found
/// where transformers finds them, and read when they are first used: a model whose template is not supported still
/// serves plain text.
/// </summary>
public sealed class ChatTemplates
{
    private const string Default = "default";
    private const string ToolUse = "tool_use";

    private readonly IReadOnlyDictionary<string, TemplateSource> _sources;
    private readonly ConcurrentDictionary<string, ChatTemplate> _read = [];
    private readonly TimeProvider _clock;

    internal ChatTemplates(
        string folder, IReadOnlyDictionary<string, TemplateSource> sources, MapValue specialTokens, bool isFallback,
        TimeProvider clock)
    {
        Folder = folder;
        _sources = sources;
        _clock = clock;
        SpecialTokens = specialTokens;
        IsFallback = isFallback;
    }

    /// <summary>ChatML alone, where there is no model to ask.</summary>
    public static ChatTemplates ChatMl { get; } = new(
        "ChatML", TemplateFiles.Fallback, MapValue.Empty, isFallback: true, TimeProvider.System);

    /// <summary>ChatML as other programs read a template: what a model that it stood in for is exported with.</summary>
    public static string ChatMlSource => TemplateFiles.ChatMlWithoutMarks;

    /// <summary>The model's folder.</summary>
    public string Folder { get; }

    /// <summary>See <see cref="ChatTemplate.SpecialTokens"/>.</summary>
    public MapValue SpecialTokens { get; }

    /// <summary>Whether the model has no template, so that ChatML stands in for one.</summary>
    public bool IsFallback { get; }

    /// <summary>The names of the templates; <c>default</c> where there is only one.</summary>
    public IReadOnlyCollection<string> Names => [.. _sources.Keys];

    /// <summary>Differs for templates, and special tokens that they name, that may render differently.</summary>
    public string Fingerprint
    {
        get
        {
            IEnumerable<string> parts = _sources.OrderBy(s => s.Key, StringComparer.Ordinal)
                .SelectMany(s => (string[])[s.Key, s.Value.Text])
                .Concat(SpecialTokens.Entries.Where(t => IsNamed(t.Key)).Select(t => $"{t.Key}={t.Value}"));
            string all = string.Concat(parts.Select(p => $"{p.Length}:{p}"));
            return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
        }
    }

    /// <summary>
    /// The templates of a model folder: <c>chat_template.jinja</c> and <c>additional_chat_templates/NAME.jinja</c>,
    /// else <c>chat_template</c> of <c>tokenizer_config.json</c>, else <c>chat_template.json</c>, else ChatML.
    /// </summary>
    /// <param name="folder">Where the tokenizer's files lie.</param>
    /// <param name="file">Another template in the place of the model's: text, or a JSON file that has one.</param>
    /// <param name="clock">The time that templates are told; null for the machine's.</param>
    /// <exception cref="ModelFileException">A file cannot be read.</exception>
    public static ChatTemplates Load(string folder, string? file = null, TimeProvider? clock = null) =>
        TemplateFiles.Load(folder, file, clock ?? TimeProvider.System);

    /// <summary>
    /// The text of the template that a folder has in a file of its own (<c>chat_template.jinja</c>), as adapters do;
    /// null where there is none.
    /// </summary>
    public static string? OwnOf(string folder) => TemplateFiles.OwnOf(folder);

    /// <summary>The template that a file holds: its text, or what a JSON file has under its key.</summary>
    /// <exception cref="ModelFileException">The file cannot be read, or holds none.</exception>
    public static string TextOf(string file) => TemplateFiles.OfFile(file).Text;

    /// <summary>
    /// Makes a template the only one of a model folder, wherever a program looks for it: transformers in
    /// <c>chat_template.jinja</c> first, llama.cpp's converter in <c>tokenizer_config.json</c>.
    /// </summary>
    /// <exception cref="FileWriteException">A file cannot be written.</exception>
    public static void Replace(string folder, string template) => TemplateFiles.Replace(folder, template);

    /// <summary>
    /// <see cref="Fingerprint"/> of a folder's templates; that of the files' bytes where they cannot be read as
    /// templates.
    /// </summary>
    public static string FingerprintOf(string folder)
    {
        try
        {
            return Load(folder).Fingerprint;
        }
        catch (ModelFileException)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (string path in TemplateFiles.Of(folder))
                hash.AppendData(File.ReadAllBytes(path));
            return Convert.ToHexString(hash.GetHashAndReset());
        }
    }

    /// <summary>The template for dialogues with these variables: that for tools where there are any.</summary>
    /// <exception cref="ChatTemplateException">
    /// There is none, or it cannot be read; see
    /// <see cref="ChatTemplate.Parse(string, string, MapValue?, TimeProvider?)"/>.
    /// </exception>
    public ChatTemplate For(MapValue variables)
    {
        bool hasTools = variables["tools"] is not (null or NullValue);
        if (hasTools && _sources.ContainsKey(ToolUse))
            return Named(ToolUse);
        if (_sources.ContainsKey(Default))
            return Named(Default);
        throw new ChatTemplateException(
            $"{Folder}: the model has several chat templates: expected one named {Default}, got "
                + $"{string.Join(", ", _sources.Keys)}. Name the file of one with chat_template");
    }

    /// <summary>The template for dialogues without variables of their own.</summary>
    /// <exception cref="ChatTemplateException">As in <see cref="For"/>.</exception>
    public ChatTemplate ForPlain() => For(MapValue.Empty);

    private bool IsNamed(string token) =>
        _sources.Values.Any(s => s.Text.Contains(token, StringComparison.Ordinal));

    private ChatTemplate Named(string name) => _read.GetOrAdd(
        name, n => ChatTemplate.Parse(_sources[n].Text, _sources[n].Origin, SpecialTokens, _clock));
}

/// <summary>A template that has not been read yet.</summary>
internal sealed record TemplateSource(string Text, TemplateOrigin Origin);
