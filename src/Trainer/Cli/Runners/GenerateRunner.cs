using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;

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
        using Ops ops = ComputeDevice.Open(options.Device, OptionNames.Device);
        using InferenceModel model = Loading.Model(ops, options.Model, options.Adapter, context);
        Tokenizer tokenizer = Loading.Told(model.LoadTokenizer(), context);
        if (options.Input is not null)
            Corpus(options, ops, model, tokenizer, context);
        else
            Answer(options, ops, model, tokenizer, context);
        return ExitCode.Done;
    }

    private static void Answer(
        GenerateOptions options, Ops ops, InferenceModel model, Tokenizer tokenizer, CommandContext context)
    {
        (string text, IReadOnlyList<int> stops) =
            options.Prompt is { } given ? (given, []) : Chat(options, tokenizer, context);
        int[] prompt = Prompt(tokenizer, text, "--prompt");
        using Decoder decoder = DecoderFor(ops, model, prompt.Length, options.MaxTokens);
        StreamingDecoder answer = tokenizer.CreateDecoder(skipSpecialTokens: true);
        CancellationToken cancel = context.Interrupted;
        void OnToken(int id)
        {
            cancel.ThrowIfCancellationRequested();
            if (options.Json)
                return;
            context.Out.Write(answer.Append(id));
            context.Out.Flush();
        }

        int[] ends = [.. GenerationConfig.Load(options.Model).EosTokenIds, .. stops];
        (IReadOnlyList<int> ids, StopReason stop) = TextGenerator.Generate(
            decoder, prompt, options.MaxTokens, ends, OnToken, options.Sampler);
        if (!options.Json)
        {
            context.Out.WriteLine(answer.Finish());
            return;
        }

        string reason = stop == StopReason.StopToken ? "eos" : "length";
        var generated = new Generated(prompt, ids, tokenizer.Decode([.. ids], skipSpecialTokens: true), reason);
        context.Out.WriteLine(JsonSerializer.Serialize(generated, Json));
    }

    /// <summary>Every text of the input, continued as often as asked, as the records of a corpus.</summary>
    private static void Corpus(
        GenerateOptions options, Ops ops, InferenceModel model, Tokenizer tokenizer, CommandContext context)
    {
        int end = DocumentEnd.Resolve(null, model.Config, tokenizer);
        CancellationToken cancel = context.Interrupted;

        // All of them first: a bad record is told before minutes of work, not after.
        int[][] prompts =
        [
            .. JsonlReader.Read(options.Input!)
                .Select(r => Prompt(tokenizer, r.Text, $"{options.Input}:{r.Line}: text")),
        ];
        var records = new List<string>();
        int tokens = 0;
        long all = (long)prompts.Length * options.Count;
        using Decoder decoder = DecoderFor(ops, model, prompts.Max(p => p.Length), options.MaxTokens);
        using IRunDisplay display = context.OpenDisplay(context.Error);
        Action<long, long> progress = display.Doing("generating", "document");
        foreach (int[] prompt in prompts)
        {
            for (int i = 0; i < options.Count; i++)
            {
                decoder.Clear();
                (IReadOnlyList<int> ids, _) = TextGenerator.Generate(
                    decoder, prompt, options.MaxTokens, [end], _ => cancel.ThrowIfCancellationRequested(),
                    options.Sampler);
                string text = tokenizer.Decode([.. prompt, .. ids.Where(id => id != end)], skipSpecialTokens: false);
                records.Add(JsonSerializer.Serialize(new { text }, Json) + "\n");
                tokens += ids.Count;
                progress(records.Count, all);
            }
        }

        display.Dispose();
        DurableFiles.WriteText(options.Output!, string.Concat(records));
        string documents = Counts.Of(records.Count, "document");
        context.WriteLine($"{options.Output}: {documents}, {Counts.Of(tokens, "token")} generated");
    }

    /// <param name="where">What an empty text is blamed on.</param>
    private static int[] Prompt(Tokenizer tokenizer, string text, string where)
    {
        int[] ids = tokenizer.Encode(text, addSpecialTokens: false);
        return ids.Length > 0
            ? ids
            : throw new UserException($"{where}: expected a text of at least one token, got an empty one");
    }

    private static Decoder DecoderFor(Ops ops, InferenceModel model, int prompt, int maxTokens)
    {
        if (maxTokens > int.MaxValue - prompt)
            throw new UserException($"--max-tokens: expected at most {int.MaxValue - prompt}, got {maxTokens}");
        try
        {
            return new Decoder(ops, model.Config, model.Weights, prompt + maxTokens);
        }
        catch (OutOfDeviceMemoryException e)
        {
            string tokens = Counts.Of(prompt + maxTokens, "token");
            throw new EnvironmentFaultException(
                $"--max-tokens: expected room for the keys and values of {tokens}, got too little memory. Lower "
                + "--max-tokens", e);
        }
    }

    /// <summary>
    /// A user's message in the model's chat template, up to where the assistant speaks, and the tokens that end what it
    /// says. The template writes whatever stands at the beginning: nothing is added when its text is encoded.
    /// </summary>
    private static (string Text, IReadOnlyList<int> Stops) Chat(
        GenerateOptions options, Tokenizer tokenizer, CommandContext context)
    {
        var templates = ChatTemplates.Load(options.Model);
        if (templates.IsFallback)
        {
            RequireChatMl(tokenizer, options.Model);
            context.Error.WriteLine($"{options.Model} has no chat template: ChatML stands in for it");
        }

        ChatTemplate template = templates.For(options.ChatVariables);
        List<ChatMessage> messages = [new("user", options.Chat!)];
        if (options.System is { } system)
            messages.Insert(0, new("system", system));
        string text = template.Render(messages, options.ChatVariables, addGenerationPrompt: true).Text;
        string end = template.Marks(options.ChatVariables)?.End.Trim() ?? "";
        return (text, tokenizer.TokenId(end) is int id ? [id] : []);
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
