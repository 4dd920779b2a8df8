using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Basics.Numerics;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Cli.Runners;

internal static class GenerateRunner
{
    /// <summary>Texts of a corpus that are continued at a time.</summary>
    private const int MostRows = 16;

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
        string text = options.Prompt ?? Chat(options, tokenizer, context);
        int[] prompt = Prompt(tokenizer, text, "--prompt");
        using GenerationBatch batch = BatchFor(options, ops, model, 1, prompt.Length);
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
        string[] records = new string[checked(prompts.Length * options.Count)];
        int tokens = 0, done = 0;
        int rows = Math.Min(MostRows, records.Length);
        using GenerationBatch batch = BatchFor(options, ops, model, rows, prompts.Max(p => p.Length));
        using IRunDisplay display = context.OpenDisplay(context.Error);
        Action<long, long> progress = display.Doing("generating", "document");
        var places = new Dictionary<GenerationRow, int>();
        for (int i = 0; i < records.Length || !batch.IsIdle;)
        {
            cancel.ThrowIfCancellationRequested();
            for (; i < records.Length && batch.Waiting < rows; i++)
            {
                ulong seed = new CounterRandom(options.Seed, (ulong)i).Bits(0);
                places[batch.Add(Request(options, prompts[i / options.Count], [end]) with { Seed = seed })] = i;
            }

            foreach (GeneratedToken token in batch.Step())
            {
                tokens++;
                if (token.Row.Stop is null)
                    continue;
                places.Remove(token.Row, out int place);
                records[place] = Record(token.Row);
                progress(++done, records.Length);
            }
        }

        display.Dispose();
        DurableFiles.WriteText(options.Output!, string.Concat(records));
        string documents = Counts.Of(records.Length, "document");
        context.WriteLine($"{options.Output}: {documents}, {Counts.Of(tokens, "token")} generated");

        string Record(GenerationRow row)
        {
            var whole = new TextStream(tokenizer, [], [], skipSpecialTokens: false);
            foreach (int id in (int[])[.. row.Request.Prompt.Span, .. row.Ids.Where(id => id != end)])
                whole.Append(id);
            whole.Finish();
            return JsonSerializer.Serialize(new { text = whole.Text }, Json) + "\n";
        }
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

    private static GenerationBatch BatchFor(
        GenerateOptions options, Ops ops, InferenceModel model, int rows, int prompt)
    {
        int maxTokens = options.MaxTokens, most = (int.MaxValue / rows) - PagedLayout.PageTokens - prompt;
        if (maxTokens > most)
            throw new UserException($"--max-tokens: expected at most {most}, got {maxTokens}");
        int longest = prompt + maxTokens;
        try
        {
            return new GenerationBatch(
                ops, model.Config, model.Weights, rows, rows * PagedLayout.PagesOf(longest) * PagedLayout.PageTokens,
                longest, options.Deterministic);
        }
        catch (OutOfDeviceMemoryException e)
        {
            string tokens = Counts.Of(rows * longest, "token");
            throw new EnvironmentFaultException(
                $"--max-tokens: expected room for the keys and values of {tokens}, got too little memory. Lower "
                + "--max-tokens", e);
        }
    }

    /// <summary>
    /// A user's message in the model's chat template, up to where the assistant speaks. The template writes whatever
    /// stands at the beginning: nothing is added when its text is encoded.
    /// </summary>
    private static string Chat(
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
        return template.Render(messages, options.ChatVariables, addGenerationPrompt: true).Text;
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
