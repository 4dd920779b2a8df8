using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Server.Answers;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Api;

/// <summary>A request for chat completions, read and checked.</summary>
/// <param name="Prompt">The dialogue as the model's template writes it.</param>
/// <param name="MaxTokens">Null where the request names no number.</param>
/// <param name="TopLogProbs">-1: no log-probabilities.</param>
/// <param name="Splitter">Makes what tells the parts of an answer apart, one for each answer.</param>
public sealed record ChatRequest(
    GenerationFields Fields, string Prompt, long? MaxTokens, int TopLogProbs, Func<AnswerSplitter> Splitter)
{
    private const int MostTopLogProbs = Engine.Generation.GenerationRequest.MostTopLogProbs;

    /// <param name="splitsReasoning">Whether reasoning is told apart where the request does not say.</param>
    /// <exception cref="ApiException">The request is refused.</exception>
    public static ChatRequest Read(RequestFields fields, ServedModels models, bool splitsReasoning)
    {
        GenerationFields common = GenerationFields.Read(fields, models);
        IReadOnlyList<ChatMessage> messages = ChatMessages.Read(fields);
        ListValue? tools = Tools(fields);
        RequireText(fields);
        bool splits = fields.Flag("separate_reasoning") ?? splitsReasoning;
        MapValue variables = Variables(fields, tools);
        (string prompt, ThinkMarks? marks) = Render(fields, models, messages, variables, tools is not null);
        if (splits && marks is null && fields["separate_reasoning"] is not null)
        {
            throw ApiException.NotOffered(
                "separate_reasoning", "expected a model whose chat template has marks of thinking, got one without");
        }

        ThinkMarks? split = splits ? marks : null;
        bool isOpen = split is not null && prompt.AsSpan().TrimEnd().EndsWith(split.Open, StringComparison.Ordinal);
        long? most = fields.Integer("max_completion_tokens", 1, int.MaxValue);
        long? older = fields.Integer("max_tokens", 1, int.MaxValue);
        return new ChatRequest(
            common, prompt, most ?? older, LogProbs(fields),
            () => new AnswerSplitter(split, isOpen, tools is not null));
    }

    private static int LogProbs(RequestFields fields)
    {
        bool wanted = fields.Flag("logprobs") ?? false;
        long? top = fields.Integer("top_logprobs", 0, MostTopLogProbs);
        if (top > 0 && !wanted)
            throw ApiException.Field("top_logprobs", "expected it with \"logprobs\": true alone, got it without");
        return wanted ? (int)(top ?? 0) : -1;
    }

    /// <summary>The tools that the model is told of; null for none.</summary>
    private static ListValue? Tools(RequestFields fields)
    {
        ListValue? tools = fields.List("tools") is { Count: > 0 } given ? new ListValue(given) : null;
        for (int i = 0; i < (tools?.Items.Count ?? 0); i++)
        {
            string path = $"tools[{i}]";
            if (tools!.Items[i] is not MapValue tool || tool["function"] is not MapValue function)
            {
                throw ApiException.Field(
                    path, "expected {\"type\": \"function\", \"function\": {...}}, got another value");
            }

            new RequestFields(function, $"{path}.function").RequiredText("name");
        }

        DataValue? choice = fields["tool_choice"];
        if (choice is not (null or TextValue { Text: "auto" or "none" }))
        {
            throw ApiException.NotOffered(
                "tool_choice", $"expected \"auto\" or \"none\", got {RequestFields.Shown(choice)}: a call cannot be "
                + "forced");
        }

        if (tools is not null && fields.Flag("parallel_tool_calls") == false)
        {
            throw ApiException.NotOffered(
                "parallel_tool_calls", "expected true, got false: how many calls a model makes is not constrained");
        }

        fields.Accept("parallel_tool_calls");
        return choice is TextValue { Text: "none" } ? null : tools;
    }

    private static void RequireText(RequestFields fields)
    {
        if (fields.List("modalities") is { } kinds && kinds.Any(k => k is not TextValue { Text: "text" }))
            throw ApiException.NotOffered("modalities", "expected [\"text\"] alone: the model writes text");
    }

    private static MapValue Variables(RequestFields fields, ListValue? tools)
    {
        RequestFields? given = fields.Map("chat_template_kwargs");
        IEnumerable<KeyValuePair<string, DataValue>> variables = given?.Value.Entries ?? [];
        return new MapValue(
        [
            .. variables.Where(v => v.Key != "tools"),
            .. tools is null ? [] : (KeyValuePair<string, DataValue>[])[new("tools", tools)],
        ]);
    }

    /// <exception cref="ApiException">
    /// The model is not one to talk to, its template refuses the dialogue, or it has no place for tools.
    /// </exception>
    private static (string Prompt, ThinkMarks? Marks) Render(
        RequestFields fields, ServedModels models, IReadOnlyList<ChatMessage> messages, MapValue variables,
        bool hasTools)
    {
        if (!models.CanChat)
        {
            throw new ApiException(
                400, $"{models.Base.Name}: expected a model with a chat template, or with {ChatMl.Start} and "
                + $"{ChatMl.End}, got one with neither. Use /v1/completions", "model", "no_chat_template");
        }

        bool asks = fields.Flag("add_generation_prompt") ?? true;
        if (fields.Flag("continue_final_message") ?? false)
        {
            throw ApiException.NotOffered(
                "continue_final_message", "expected false, got true: every answer is a turn of its own");
        }

        try
        {
            ChatTemplate template = models.Templates.For(variables);
            string prompt = template.Render(messages, variables, asks).Text;
            if (hasTools)
            {
                var without = new MapValue([.. variables.Entries.Where(v => v.Key != "tools")]);
                if (models.Templates.For(without).Render(messages, without, asks).Text == prompt)
                {
                    throw ApiException.NotOffered(
                        "tools", "expected none, got some: the model's chat template has no place for them");
                }
            }

            return (prompt, template.Thinking);
        }
        catch (ChatTemplateException e)
        {
            throw new ApiException(400, models.Told(e), "messages", "chat_template");
        }
    }
}
