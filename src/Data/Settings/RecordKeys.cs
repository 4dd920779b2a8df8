using MolEngine.Basics.Values;
using MolEngine.Data.Records;
using MolEngine.Yaml;

namespace MolEngine.Data.Settings;

/// <summary>The keys that say how the records of a section's files are read.</summary>
public sealed class RecordKeys
{
    private static readonly string[] Roles = ["system", "user", "assistant"];

    /// <summary>Names in the order of <see cref="ShapeName"/>; a template is asked for by being there.</summary>
    private static readonly IReadOnlyList<string> ShapeNames =
        [.. Enum.GetValues<ShapeName>().Where(s => s != ShapeName.Template).Select(ReadingSummary.NameOf)];

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
        Options = Field("options", "the options of question; answer says which is right");
        Reasoning = Field("reasoning", "the reasoning before answer, for the model's think marks");
        System = Field("system", "what the system says before a dialogue");
        string more = hasTexts ? "" : "; its last field is the answer";
        Template = new(
            $"{section}.template", KeyTypes.NamedTexts, Default.None("none"),
            "A document's text with {field} in it, as \"{title}\\n\\n{body}\", or turns of a dialogue {user: ..., "
                + "assistant: ...}; [[...]] is left out where its fields are empty, a.b[0] is a field within one, {{ "
                + $"and }}}} are braces{more}.",
            t => t.All(turn => turn.Text.Length > 0))
        {
            OnResume = onResume,
        };
        Shape = new(
            $"{section}.shape", KeyTypes.OneOf(ShapeNames), ShapeNames[0],
            "How records are read, by the usual names of their fields; auto takes the first that fits.")
        {
            OnResume = onResume,
        };
        Pairs = new(
            $"{section}.pairs", KeyTypes.OneOf<PairStyle>(), PairStyle.Auto,
            "What records that ask and answer become: plain text, or chat between user and assistant; auto is chat "
                + "where the model has a chat template.")
        {
            OnResume = onResume,
        };
        ChatVariables = new(
            $"{section}.chat_variables", KeyTypes.Map, Default.Of(MapValue.Empty),
            "What the chat template is told besides the messages (`{enable_thinking: false}`).",
            v => v["messages"] is null && v["add_generation_prompt"] is null,
            "but messages and add_generation_prompt, which it is told in any case")
        {
            OnResume = onResume,
        };
        Ignore = new(
            $"{section}.ignore", KeyTypes.Names, Default.Of<IReadOnlyList<string>>([]),
            "Fields whose text is left out on purpose (`meta`, `messages[].name`): else what no rule uses is told.")
        {
            OnResume = OnResume.Free,
        };
    }

    public ConfigKey<string>? Text { get; }

    public ConfigKey<string> Messages { get; }

    public ConfigKey<string> Prompt { get; }

    public ConfigKey<string> Completion { get; }

    public ConfigKey<string> Question { get; }

    public ConfigKey<string> Answer { get; }

    public ConfigKey<string> Options { get; }

    public ConfigKey<string> Reasoning { get; }

    public ConfigKey<string> System { get; }

    public ConfigKey<IReadOnlyList<NamedText>> Template { get; }

    public ConfigKey<string> Shape { get; }

    public ConfigKey<PairStyle> Pairs { get; }

    public ConfigKey<MapValue> ChatVariables { get; }

    public ConfigKey<IReadOnlyList<string>> Ignore { get; }

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public IReadOnlyList<ConfigKey> All =>
    [
        .. new[] { Text }.OfType<ConfigKey>(), Messages, Prompt, Completion, Question, Answer, Options,
        Reasoning, System, Template, Shape, Pairs, ChatVariables, Ignore,
    ];

    /// <summary>The fields that are given; null where none is.</summary>
    /// <param name="source">What errors call the config.</param>
    /// <param name="i">Index of the section, where it is one of a list.</param>
    public FieldMap? Fields(ConfigValues v, string source, int i = 0)
    {
        var fields = new FieldMap(
            Text is null ? null : v.TakeTextIfGiven(Text, i), v.TakeTextIfGiven(Messages, i),
            v.TakeTextIfGiven(Prompt, i), v.TakeTextIfGiven(Completion, i), v.TakeTextIfGiven(Question, i),
            v.TakeTextIfGiven(Answer, i))
        {
            Options = v.TakeTextIfGiven(Options, i),
            Reasoning = v.TakeTextIfGiven(Reasoning, i),
            System = v.TakeTextIfGiven(System, i),
        };
        RequirePair(fields.Prompt, fields.Completion, Prompt, Completion);
        RequirePair(fields.Question, fields.Answer, Question, Answer);
        RequireBeside(fields.Options, fields.Question, Options, Question);
        RequireBeside(fields.Reasoning, fields.Question, Reasoning, Question);
        return fields == new FieldMap() ? null : fields;

        void RequirePair(string? a, string? b, ConfigKey keyA, ConfigKey keyB)
        {
            if (a is null == b is null)
                return;
            (ConfigKey has, ConfigKey lacks) = a is null ? (keyB, keyA) : (keyA, keyB);
            RequireBeside("", null, has, lacks);
        }

        void RequireBeside(string? a, string? b, ConfigKey key, ConfigKey other)
        {
            if (a is null || b is not null)
                return;
            string missing = ConfigValues.Concrete(other, i);
            v.Wrong(key, source, i, $"expected {missing} beside it, got none. Name both fields");
        }
    }

    /// <summary>The template; null where there is none.</summary>
    /// <param name="fields">What <see cref="Fields"/> gave: only one of them may be there.</param>
    /// <inheritdoc cref="Fields" path="/param"/>
    public TemplateSettings? TemplateBeside(FieldMap? fields, ConfigValues v, string source, int i = 0)
    {
        if (v.TakeListIfGiven(Template, i) is not { } turns)
            return null;
        if (fields is not null)
            v.Wrong(Template, source, i, "expected either fields or template, got both. Remove one of them");
        foreach (NamedText turn in turns)
        {
            string? mistake = turn.LeavesEscape
                ? "expected line breaks, got a backslash and an n, which YAML leaves as they are here. Write the "
                    + "template in double quotes (there \\\\n is a backslash and an n)"
                : turn.Name is { } role && !Roles.Contains(role)
                    ? $"expected turns of {string.Join(", ", Roles)}, got {role}"
                    : RecordTemplate.Mistake(turn.Text, needsField: turn.Name is null);
            if (mistake is not null)
                v.Wrong(Template, source, i, mistake);
        }

        if (turns.All(t => t.Name is not null && !t.Text.Contains('{')))
            v.Wrong(Template, source, i, "expected a {field} in one of its turns, got none");
        return new([.. turns.Select(t => new TemplateTurn(t.Name, t.Text))]);
    }

    /// <summary>The shape that is asked for.</summary>
    /// <inheritdoc cref="TemplateBeside" path="/param"/>
    public ShapeName ShapeBeside(FieldMap? fields, ConfigValues v, string source, int i = 0)
    {
        var shape = (ShapeName)ShapeNames.ToList().IndexOf(v.Take(Shape, i));
        if (shape != ShapeName.Auto && (fields is not null || v.Has(Template, i)))
        {
            v.Wrong(
                Shape, source, i, "expected either a shape or fields or template, which say the shape themselves, got "
                    + "both. Remove one of them");
        }

        return shape;
    }

    private ConfigKey<string> Field(string name, string meaning) => new(
        $"{_section}.fields.{name}", KeyTypes.Text, Default.None("the usual names are recognised"),
        $"Name of the field that holds {meaning}.", s => s.Length > 0)
    {
        OnResume = _onResume,
    };
}
