using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Data.Records.Shapes;
using MolEngine.Data.Synthesis;
using MolEngine.Engine.Chat;

namespace MolEngine.Data;

/// <summary>
/// The one place where records become texts: a dialogue as the model's chat template writes it. For several threads.
/// </summary>
/// <param name="templates">Null where dialogues cannot be written.</param>
public sealed class DocumentWriter(ChatTemplates? templates)
{
    /// <summary>Whether the model says itself how dialogues are written.</summary>
    public bool HasOwnTemplate => templates is { IsFallback: false };

    /// <summary>Differs where dialogues may be written differently; empty where they cannot be written.</summary>
    public string Fingerprint => templates?.Fingerprint ?? "";

    /// <summary>How dialogues are written, in words.</summary>
    public string Rule => templates is null ? "dialogues cannot be written"
        : templates.IsFallback ? "dialogues as ChatML, as the model has no chat template"
        : Plain is { } own ? $"dialogues by {Path.GetFileName(own.Name)}"
            + (own.ReadsClock ? $", whose clock stands at {StoppedClock.Day}" : "")
        : "dialogues cannot be written, as the model's chat template cannot be read";

    /// <summary>What the model writes its reasoning between; null where that is not known.</summary>
    public ThinkMarks? Thinking => Plain?.Thinking;

    /// <summary>What stands behind an answer that ends a dialogue; empty where that is not known.</summary>
    public string TurnEnd => Marks?.End ?? "";

    /// <summary>What asks the assistant to speak; empty where dialogues cannot be written.</summary>
    public string TurnPrompt => Marks?.Prompt ?? "";

    private TurnMarks? Marks => Plain?.Marks(MapValue.Empty);

    /// <summary>What of a corpus's settings has no effect on its dialogues, a sentence each.</summary>
    public IReadOnlyList<string> Notes(CorpusSettings corpus)
    {
        if (templates is null || corpus.ChatVariables.Entries.Count == 0)
            return [];
        ChatTemplate template = templates.For(corpus.ChatVariables);
        string[] unread = [.. corpus.ChatVariables.Entries.Select(e => e.Key).Where(n => !template.Names(n))];
        return unread.Length == 0
            ? []
            : [$"corpus {corpus.Name}: chat_variables: the chat template does not read {string.Join(", ", unread)}. "
                + "Is it spelled as the template has it?"];
    }

    /// <summary>The text of a record's document.</summary>
    /// <param name="file">What errors call its file.</param>
    /// <exception cref="UserException">The record is a dialogue, and the model writes none.</exception>
    /// <exception cref="BadRecordException">The template refuses it, or what is trained on cannot be told.</exception>
    public DocumentText Write(CorpusRecord record, CorpusSettings corpus, string file)
    {
        bool whole = corpus.TrainOn == TrainOn.All;
        if (record.Messages is null)
        {
            if (!whole && record.Answer is null)
            {
                throw new BadRecordException(
                    file, record.Line, "train_on: expected a dialogue, or a question with an answer, got a text");
            }

            return new(record.Text!, IsDialogue: false, record.Answer, whole ? null : [Span(record)]);
        }

        MapValue variables = Variables(record, corpus);
        return Guarded(record, file, variables, (template, messages) =>
        {
            if (whole)
                return new DocumentText(template.Render(messages, variables, false).Text, IsDialogue: true, null);
            RenderedDialogue dialogue = template.Dialogue(messages, variables);
            return new(
                dialogue.Text, IsDialogue: true, null, TrainingFlag.Trained(record.Messages, dialogue.Assistant));
        });
    }

    /// <summary>
    /// What stands before the answer of a record: a dialogue up to where the assistant is to speak, a text up to its
    /// answer; null where the record does not answer.
    /// </summary>
    /// <inheritdoc cref="Write" path="/param|/exception"/>
    public string? Ask(CorpusRecord record, CorpusSettings corpus, string file)
    {
        if (record.Messages is null)
            return record.Answer is null ? null : record.Text![..Span(record).Start];
        if (record.Messages[^1].Role != "assistant")
            return null;
        MapValue variables = Variables(record, corpus);
        return Guarded(
            record with { Messages = [.. record.Messages.SkipLast(1)] }, file, variables,
            (template, messages) => template.Render(messages, variables, addGenerationPrompt: true).Text);
    }

    /// <summary>
    /// What of a record a model is to go on from: a dialogue up to where the assistant is to speak, its last answer
    /// left out where it has one; a text up to its answer, or all of a text without one.
    /// </summary>
    /// <inheritdoc cref="Write" path="/param|/exception"/>
    public OpenRecord Open(CorpusRecord record, CorpusSettings corpus, string file)
    {
        if (record.Messages is not { } messages)
            return new(Ask(record, corpus, file) ?? record.Text!, null);
        if (messages[^1].Role == "assistant")
            messages = [.. messages.SkipLast(1)];
        if (messages.Count == 0)
            throw new BadRecordException(file, record.Line, "messages: expected a user before the assistant, got none");
        MapValue variables = Variables(record, corpus);
        string text = Guarded(
            record with { Messages = messages }, file, variables,
            (template, said) => template.Render(said, variables, addGenerationPrompt: true).Text);
        return new(text, messages);
    }

    /// <summary>
    /// The template of dialogues without tools; null where it cannot be read, which is an error where a dialogue is to
    /// be written, and none of a run on plain text.
    /// </summary>
    private ChatTemplate? Plain
    {
        get
        {
            try
            {
                return templates?.ForPlain();
            }
            catch (ChatTemplateException)
            {
                return null;
            }
        }
    }

    private static TextSpan Span(CorpusRecord record)
    {
        (int start, int length) = record.Answer!.Value.GetOffsetAndLength(record.Text!.Length);
        return new(start, start + length);
    }

    /// <summary>The corpus's variables, and above them those of the record: its tools.</summary>
    private static MapValue Variables(CorpusRecord record, CorpusSettings corpus) => new(
    [
        .. corpus.ChatVariables.Entries.Where(e => record.Variables[e.Key] is null), .. record.Variables.Entries,
    ]);

    private T Guarded<T>(
        CorpusRecord record, string file, MapValue variables, Func<ChatTemplate, IReadOnlyList<ChatMessage>, T> write)
    {
        if (templates is null)
        {
            throw new UserException(
                $"{file}:{record.Line}: messages: expected a model with a chat template, or with the tokens "
                    + $"{ChatMl.Start} and {ChatMl.End}, got one without. Take a chat model, or make text of the "
                    + "records (pairs: plain, template)");
        }

        // A template that cannot be read is no fault of the record.
        ChatTemplate template = templates.For(variables);
        try
        {
            return write(template, Messages(record, template));
        }
        catch (ChatTemplateException e)
        {
            throw new BadRecordException(file, record.Line, $"messages: {e.Message}{Hint(record, template)}");
        }
    }

    /// <summary>What to do about messages that a template fails on.</summary>
    private static string Hint(CorpusRecord record, ChatTemplate template)
    {
        const string Ways = "Name a template with chat_template that does, or pass over such records with "
            + "data.skip_bad_records: true";
        string? calls = Dialogue.Calls.FirstOrDefault(c => record.Messages!.Any(
            m => m.Fields["content"] is null or NullValue && m.Fields[c] is not null));
        return calls is not null && !template.Names(calls)
            ? $". It writes no {calls}, and a message of the record has nothing else. {Ways}"
            : "";
    }

    /// <summary>
    /// Messages with what the template reads: reasoning stands in the content where it does not know its field, and
    /// parts of a content are one text where it does not read parts.
    /// </summary>
    private static IReadOnlyList<ChatMessage> Messages(CorpusRecord record, ChatTemplate template)
    {
        IReadOnlyList<ChatMessage> messages = record.Messages!;
        if (!template.Names(ThinkMarks.Field) && messages.Any(m => m.Fields[ThinkMarks.Field] is TextValue))
            messages = [.. messages.Select((template.Thinking ?? ThinkMarks.Default).Inline)];
        if (messages.Any(m => m.Fields["content"] is ListValue) && !template.ReadsParts)
            messages = [.. messages.Select(m => m.WithWholeContent())];
        return messages;
    }
}
