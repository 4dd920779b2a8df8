using MolEngine.Data.Records;
using MolEngine.Yaml;

namespace MolEngine.Data.Settings;

/// <summary>The keys that say how the records of a section's files are read.</summary>
public sealed class RecordKeys
{
    private readonly string _section;
    private readonly OnResume _onResume;

    /// <param name="section">Dotted path of the section: "data.corpora[]".</param>
    /// <param name="hasTexts">Whether a record may be a text alone, without an answer in it.</param>
    /// <param name="onResume">Whether a resumed run may read the records differently.</param>
    public RecordKeys(string section, bool hasTexts, OnResume onResume)
    {
        _section = section;
        _onResume = onResume;
        Text = hasTexts ? Field("text", "plain text") : null;
        Messages = Field("messages", "a list of {role, content}");
        Prompt = Field("prompt", "the prompt; completion continues it");
        Completion = Field("completion", "what continues the prompt");
        Question = Field("question", "the question");
        Answer = Field("answer", "the answer, on a line after the question");
        string more = hasTexts ? "" : "; its last field is the answer";
        Template = new(
            $"{section}.template", KeyTypes.Text, Default.None("none"),
            $"A document's text with {{field}} in it, as \"{{title}}\\n\\n{{body}}\"; {{{{ and }}}} are braces{more}.",
            s => s.Length > 0)
        {
            OnResume = onResume,
        };
        Pairs = new(
            $"{section}.pairs", KeyTypes.OneOf<PairStyle>(), PairStyle.Plain,
            "What prompt/completion and question/answer become: plain text, or chat between user and assistant.")
        {
            OnResume = onResume,
        };
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

    /// <summary>The fields that are given; null where none is.</summary>
    /// <param name="source">What errors call the config.</param>
    /// <param name="i">Index of the section, where it is one of a list.</param>
    public FieldMap? Fields(ConfigValues v, string source, int i = 0)
    {
        var fields = new FieldMap(
            Text is null ? null : v.TakeTextIfGiven(Text, i), v.TakeTextIfGiven(Messages, i),
            v.TakeTextIfGiven(Prompt, i), v.TakeTextIfGiven(Completion, i), v.TakeTextIfGiven(Question, i),
            v.TakeTextIfGiven(Answer, i));
        RequirePair(fields.Prompt, fields.Completion, Prompt, Completion);
        RequirePair(fields.Question, fields.Answer, Question, Answer);
        return fields == new FieldMap() ? null : fields;

        void RequirePair(string? a, string? b, ConfigKey keyA, ConfigKey keyB)
        {
            if (a is null == b is null)
                return;
            (ConfigKey has, ConfigKey lacks) = a is null ? (keyB, keyA) : (keyA, keyB);
            string missing = ConfigValues.Concrete(lacks, i);
            v.Wrong(has, source, i, $"expected {missing} beside it, got none. Name both fields");
        }
    }

    /// <summary>The template; null where there is none.</summary>
    /// <param name="fields">What <see cref="Fields"/> gave: only one of them may be there.</param>
    /// <inheritdoc cref="Fields" path="/param"/>
    public string? TemplateBeside(FieldMap? fields, ConfigValues v, string source, int i = 0)
    {
        string? template = v.TakeTextIfGiven(Template, i);
        if (template is null)
            return null;
        if (fields is not null)
            v.Wrong(Template, source, i, "expected either fields or template, got both. Remove one of them");
        if (RecordTemplate.Mistake(template) is { } mistake)
            v.Wrong(Template, source, i, mistake);
        return template;
    }

    private ConfigKey<string> Field(string name, string meaning) => new(
        $"{_section}.fields.{name}", KeyTypes.Text, Default.None("the usual names are recognised"),
        $"Name of the field that holds {meaning}.", s => s.Length > 0)
    {
        OnResume = _onResume,
    };
}
