using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

internal static class GenerateRunner
{
    private static readonly JsonSerializerOptions Json =
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(GenerateOptions options, CommandContext context)
    {
        using Ops ops = ComputeDevice.Open(options.Device, OptionNames.Device, context.Error.WriteLine);
        using InferenceModel model = Loading.Model(ops, options.Model, options.Adapter, context);
        Tokenizer tokenizer = Loading.Told(model.LoadTokenizer(), context);
        if (options.Input is not null)
            GenerateCorpus.Run(options, ops, model, tokenizer, context);
        else
            Answer(options, ops, model, tokenizer, context);
        return ExitCode.Done;
    }

    private static void Answer(
        GenerateOptions options, Ops ops, InferenceModel model, Tokenizer tokenizer, CommandContext context)
    {
        string text = options.Prompt ?? Chat(options, tokenizer, context);
        int[] prompt = Prompt(tokenizer, text, "--prompt");
        using GenerationBatch batch = Batches.OfRows(
            ops, model, 1, prompt.Length + (long)options.MaxTokens, "--max-tokens", options.Deterministic);
        int[] ends = [.. StopIds.Of(options.Model, tokenizer, options.ChatVariables)];
        GenerationRow row = batch.Add(Request(options, prompt, ends));
        var answer = new TextStream(tokenizer, ends, []);
        while (!batch.IsIdle)
        {
            context.Interrupted.ThrowIfCancellationRequested();
            foreach (GeneratedToken token in batch.Step())
            {
                string shown = answer.Append(token.Id);
                if (options.Json)
                    continue;
                context.Out.Write(shown);
                context.Out.Flush();
            }
        }

        if (!options.Json)
        {
            context.Out.WriteLine(answer.Finish());
            return;
        }

        answer.Finish();
        string reason = row.Stop == StopReason.StopToken ? "eos" : "length";
        var generated = new Generated(prompt, row.Ids, answer.Text, reason);
        context.Out.WriteLine(JsonSerializer.Serialize(generated, Json));
    }

    private static GenerationRequest Request(GenerateOptions options, int[] prompt, int[] ends) =>
        new(prompt, options.MaxTokens) { Sampling = options.Sampling, Seed = options.Seed, StopIds = ends };

    /// <param name="where">What an empty text is blamed on.</param>
    private static int[] Prompt(Tokenizer tokenizer, string text, string where)
    {
        int[] ids = tokenizer.Encode(text, addSpecialTokens: false);
        return ids.Length > 0
            ? ids
            : throw new UserException($"{where}: expected a text of at least one token, got an empty one");
    }

    /// <summary>
    /// A user's message in the model's chat template, up to where the assistant speaks. The template writes whatever
    /// stands at the beginning: nothing is added when its text is encoded.
    /// </summary>
    private static string Chat(
        GenerateOptions options, Tokenizer tokenizer, CommandContext context)
    {
        ChatTemplate template = Template(options.Model, options.ChatVariables, tokenizer, context);
        List<ChatMessage> messages = [new("user", options.Chat!)];
        if (options.System is { } system)
            messages.Insert(0, new("system", system));
        return template.Render(messages, options.ChatVariables, addGenerationPrompt: true).Text;
    }

    /// <summary>The template that a model is talked to by; that ChatML stands in for one is told.</summary>
    /// <exception cref="UserException">The model has neither a template nor ChatML's tokens.</exception>
    public static ChatTemplate Template(
        string model, MapValue variables, Tokenizer tokenizer, CommandContext context)
    {
        var templates = ChatTemplates.Load(model);
        if (templates.IsFallback)
        {
            RequireChatMl(tokenizer, model);
            context.Error.WriteLine($"{model} has no chat template: ChatML stands in for it");
        }

        return templates.For(variables);
    }

    private static void RequireChatMl(Tokenizer tokenizer, string model)
    {
        if (tokenizer.TokenId(ChatMl.Start) is null || tokenizer.TokenId(ChatMl.End) is null)
        {
            throw new UserException(
                $"--chat: {model}: expected a chat template, or a tokenizer with {ChatMl.Start} and {ChatMl.End} "
                    + "(ChatML), got a model with neither. Use --prompt with the model's own format.");
        }
    }

    private sealed record Generated(IReadOnlyList<int> PromptIds, IReadOnlyList<int> Ids, string Text, string Stop);
}
