using MolEngine.Data.Records;
using MolEngine.Yaml;

namespace MolEngine.Data.Settings;

/// <summary>The keys that say how the records of a section's files are read.</summary>
public sealed class RecordKeys
{
    private readonly string _section;

    /// <param name="section">Dotted path of the section: "data.corpora[]".</param>
    /// <param name="hasTexts">Whether a record may be a text alone, without an answer in it.</param>
    public RecordKeys(string section, bool hasTexts)
    {
        _section = section;
        Text = hasTexts ? Field("text", "plain text") : null;
        Messages = Field("messages", "a list of {role, content}");
        Prompt = Field("prompt", "the prompt; completion continues it");
        Completion = Field("completion", "what continues the prompt");
        Question = Field("question", "the question");
        Answer = Field("answer", "the answer, on a line after the question");
        string more = hasTexts ? "" : "; its last field is the answer";
        Template = new(
            $"{section}.template", KeyTypes.Text, "none",
            $"A document's text with {{field}} in it, as \"{{title}}\\n\\n{{body}}\"; {{{{ and }}}} are braces{more}.",
            s => s.Length > 0);
        Pairs = new(
            $"{section}.pairs", KeyTypes.OneOf<PairStyle>(), "plain",
            "What prompt/completion and question/answer become: plain text, or chat between user and assistant.");
    }

    public ConfigKey<string>? Text { get; }

    public ConfigKey<string> Messages { get; }

    public ConfigKey<string> Prompt { get; }

    public ConfigKey<string> Completion { get; }

    public ConfigKey<string> Question { get; }

    public ConfigKey<string> Answer { get; }

    public ConfigKey<string> Template { get; }

    public ConfigKey<PairStyle> Pairs { get; }

    /// <summary>In the order of the manual and of the resolved config.</summary>
    public IReadOnlyList<ConfigKey> All =>
    [
        .. new[] { Text }.OfType<ConfigKey>(), Messages, Prompt, Completion, Question, Answer, Template, Pairs,
    ];

    private ConfigKey<string> Field(string name, string meaning) => new(
        $"{_section}.fields.{name}", KeyTypes.Text, "the usual names are recognised",
        $"Name of the field that holds {meaning}.", s => s.Length > 0);
}
