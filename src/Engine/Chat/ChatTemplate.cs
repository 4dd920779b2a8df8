using MolEngine.Basics.Values;
using MolEngine.Engine.Chat.Jinja;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat;

/// <summary>
/// A chat template: how the messages of a dialogue become the text that a model was trained on. It is read once, and
/// can be used by several threads at a time. It renders as transformers does.
/// </summary>
public sealed class ChatTemplate
{
    private static readonly ThinkMarks[] KnownThinkMarks =
    [
        new("<think>", "</think>"), new("[THINK]", "[/THINK]"), new("<seed:think>", "</seed:think>"),
        new("<thinking>", "</thinking>"), new("<thought>", "</thought>"), new("<reasoning>", "</reasoning>"),
    ];

    private readonly JinjaTemplate _template;
    private readonly TimeProvider _clock;
    private readonly Lazy<bool> _readsParts;

    private ChatTemplate(string source, TemplateOrigin origin, MapValue specialTokens, TimeProvider clock)
    {
        Source = source;
        Origin = origin;
        SpecialTokens = specialTokens;
        _clock = clock;
        _readsParts = new(() => WritesPartsAsTexts(["user", "assistant"]) && WritesPartsAsTexts(["system", "user"]));
        try
        {
            _template = JinjaTemplate.Parse(source);
        }
        catch (TemplateFault fault)
        {
            throw origin.Unreadable(fault);
        }
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>Where the template is from, in words.</summary>
    public string Name => Origin.Name;

    /// <summary>
    /// The model's special tokens by their names (<c>bos_token</c>), which every template sees as variables.
    /// </summary>
    public MapValue SpecialTokens { get; }

    /// <summary>Whether the text depends on the day it is rendered (<c>strftime_now</c>).</summary>
    public bool ReadsClock => Source.Contains("strftime_now", StringComparison.Ordinal);

    /// <summary>Whether the template itself marks what the assistant says (<c>{% generation %}</c>).</summary>
    public bool MarksAssistant => _template.HasGenerationBlocks;

    /// <summary>The marks between which the model thinks; null where the template tells none.</summary>
    public ThinkMarks? Thinking => KnownThinkMarks.FirstOrDefault(
        m => Source.Contains(m.Open, StringComparison.Ordinal) && Source.Contains(m.Close, StringComparison.Ordinal));

    /// <summary>
    /// Whether a content may be a list of parts, each with a text: the template writes it as it writes the text.
    /// Others fail on it, leave it out, or write the list as Python shows it.
    /// </summary>
    public bool ReadsParts => _readsParts.Value;

    internal TemplateOrigin Origin { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="name">Where it is from, for errors: a file.</param>
    /// <param name="specialTokens">See <see cref="SpecialTokens"/>; null for none.</param>
    /// <param name="clock">The time that templates are told; null for the machine's.</param>
    /// <exception cref="ChatTemplateException">It is no template, or has what is not supported.</exception>
    public static ChatTemplate Parse(
        string source, string name, MapValue? specialTokens = null, TimeProvider? clock = null) =>
        Parse(source, TemplateOrigin.File(name), specialTokens ?? MapValue.Empty, clock ?? TimeProvider.System);

    /// <summary>Renders messages.</summary>
    /// <param name="messages">In order; fields that are null are left out first, as transformers does.</param>
    /// <param name="variables">
    /// Further variables: <c>tools</c>, <c>documents</c>, <c>enable_thinking</c>; they come before
    /// <see cref="SpecialTokens"/>.
    /// </param>
    /// <param name="addGenerationPrompt">Whether the text ends where the assistant is to speak.</param>
    /// <exception cref="ChatTemplateException">The template refuses the messages, or fails.</exception>
    public RenderedChat Render(
        IReadOnlyList<ChatMessage> messages, MapValue variables, bool addGenerationPrompt) =>
        RenderAsTheyAre(messages.Select(WithoutNulls), variables, addGenerationPrompt);

    /// <summary>Renders a whole dialogue and says what of it the assistant speaks.</summary>
    /// <remarks>
    /// Exact, or refused. Where the template marks it (<see cref="MarksAssistant"/>), that counts. Else it is found
    /// turn by turn (<see cref="TurnByTurn"/>): between beginnings of the dialogue, rendered alone, where those are
    /// beginnings of the whole text; else by where the template's loop over the messages writes each of them. A turn
    /// must begin with what asks for it.
    /// </remarks>
    /// <param name="messages">As in <see cref="Render"/>.</param>
    /// <param name="variables">As there.</param>
    /// <exception cref="ChatTemplateException">
    /// The template refuses the messages, or it cannot be told exactly which parts are the assistant's.
    /// </exception>
    public RenderedDialogue Dialogue(IReadOnlyList<ChatMessage> messages, MapValue variables)
    {
        (RenderedChat whole, MessagePlaces places) = RenderPlaced(messages, variables);
        return new RenderedDialogue(
            whole.Text,
            whole.Generated ?? new TurnByTurn(this, messages, variables, whole.Text, places).Spans());
    }

    /// <summary>What the template writes around an answer; null where it refuses a plain question and answer.</summary>
    /// <param name="variables">As in <see cref="Render"/>.</param>
    public TurnMarks? Marks(MapValue variables)
    {
        const string Answer = "Zq7xKv";
        ChatMessage question = new("user", "Question");
        try
        {
            string asked = Render([question], variables, addGenerationPrompt: false).Text;
            string prompt = Render([question], variables, addGenerationPrompt: true).Text;
            string whole = Render([question, new("assistant", Answer)], variables, addGenerationPrompt: false).Text;
            int end = whole.LastIndexOf(Answer, StringComparison.Ordinal);
            return end >= 0 && prompt.StartsWith(asked, StringComparison.Ordinal)
                ? new TurnMarks(prompt[asked.Length..], whole[(end + Answer.Length)..])
                : null;
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether the template speaks of a field of messages at all: one that it never names is not in any text of it.
    /// </summary>
    public bool Names(string field) => _template.Words.Contains(field);

    internal static ChatTemplate Parse(
        string source, TemplateOrigin origin, MapValue specialTokens, TimeProvider clock) =>
        new(source, origin, specialTokens, clock);

    /// <summary>Renders a whole dialogue as <see cref="Render"/> does, and notes where each message is written.
    /// </summary>
    internal PlacedChat RenderPlaced(IReadOnlyList<ChatMessage> messages, MapValue variables)
    {
        MessagePlaces? places = null;
        RenderedChat chat = Run(
            messages.Select(WithoutNulls), variables, addGenerationPrompt: false, read => places = new(read));
        return new PlacedChat(chat, places!);
    }

    /// <summary>Renders messages as they are, nulls kept.</summary>
    internal RenderedChat RenderAsTheyAre(
        IEnumerable<MapValue> messages, MapValue variables, bool addGenerationPrompt) =>
        Run(messages, variables, addGenerationPrompt, follow: null);

    /// <param name="follow">Makes what learns where messages are written; null where nobody asks.</param>
    private RenderedChat Run(
        IEnumerable<MapValue> messages, MapValue variables, bool addGenerationPrompt,
        Func<IReadOnlyList<Value>, MessagePlaces>? follow)
    {
        try
        {
            var reader = new ValueReader();
            Dictionary<string, Value> given = new()
            {
                ["tools"] = None.Instance,
                ["documents"] = None.Instance,
            };
            foreach ((string name, DataValue value) in SpecialTokens.Entries.Concat(variables.Entries))
                given[name] = reader.Read(value);
            Value[] read = [.. messages.Select(reader.Read)];
            given["messages"] = new PyList(read);
            given["add_generation_prompt"] = Bool.From(addGenerationPrompt);
            Render render = _template.Run(given, _clock, reader.Size, follow?.Invoke(read));
            bool knowsSpans = MarksAssistant && render.LostSpan is null;
            return new RenderedChat(render.Out.ToString(), knowsSpans ? render.Spans : null);
        }
        catch (TemplateFault fault)
        {
            throw Origin.Failed(fault);
        }
    }

    /// <summary>True too where the template refuses such a dialogue of texts.</summary>
    private bool WritesPartsAsTexts(string[] roles)
    {
        const string Said = "Zq7xKv";
        var text = new TextValue(Said);
        if (Written(text) is not { } expected)
            return true;
        return Written(new ListValue([new MapValue([new("type", new TextValue("text")), new("text", text)])]))
            == expected;

        string? Written(DataValue content)
        {
            try
            {
                return Render(
                    [.. roles.Select(r => new ChatMessage(new MapValue(
                        [new("role", new TextValue(r)), new("content", content)])))],
                    MapValue.Empty, addGenerationPrompt: false).Text;
            }
            catch (ChatTemplateException)
            {
                return null;
            }
        }
    }

    private static MapValue WithoutNulls(ChatMessage message) =>
        message.Fields.Entries.Any(e => e.Value is NullValue)
            ? new MapValue([.. message.Fields.Entries.Where(e => e.Value is not NullValue)])
            : message.Fields;
}
