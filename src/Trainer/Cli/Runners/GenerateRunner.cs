using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Cli.Verbs;

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
        using Ops ops = CpuBackend.Create();
        using var model = new InferenceModel(ops, options.Model, options.Adapter);
        Tokenizer tokenizer = model.LoadTokenizer();
        string asked = options.Prompt ?? ChatMl(options.Chat!, tokenizer, options.Model);
        int[] prompt = tokenizer.Encode(asked, addSpecialTokens: false);
        if (prompt.Length == 0)
            throw new UserException("--prompt: expected a text of at least one token, got an empty one");
        using Decoder decoder = DecoderFor(ops, model, prompt.Length, options.MaxTokens);
        StreamingDecoder text = tokenizer.CreateDecoder(skipSpecialTokens: true);
        CancellationToken cancel = context.Interrupted;
        void OnToken(int id)
        {
            cancel.ThrowIfCancellationRequested();
            if (options.Json)
                return;
            context.Out.Write(text.Append(id));
            context.Out.Flush();
        }

        (IReadOnlyList<int> ids, StopReason stop) = GreedyGenerator.Generate(
            decoder, prompt, options.MaxTokens, GenerationConfig.Load(options.Model).EosTokenIds, OnToken);
        string reason = stop == StopReason.StopToken ? "eos" : "length";
        if (options.Json)
        {
            var answer = new Answer(prompt, ids, tokenizer.Decode([.. ids], skipSpecialTokens: true), reason);
            context.Out.WriteLine(JsonSerializer.Serialize(answer, Json));
        }
        else
            context.Out.WriteLine(text.Finish());
        return ExitCode.Done;
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
            throw new EnvironmentFaultException(
                $"--max-tokens: expected room for the keys and values of {prompt + maxTokens} tokens, got too little "
                + "memory. Lower --max-tokens", e);
        }
    }

    /// <summary>A user's message in bare ChatML, up to where the assistant speaks.</summary>
    private static string ChatMl(string message, Tokenizer tokenizer, string model)
    {
        const string Start = "<|im_start|>", End = "<|im_end|>";
        if (tokenizer.TokenId(Start) is null || tokenizer.TokenId(End) is null)
        {
            throw new UserException(
                $"--chat: {model}: expected a tokenizer with {Start} and {End} (ChatML), got one without. Use --prompt "
                + "with the model's own format.");
        }

        return $"{Start}user\n{message}{End}\n{Start}assistant\n";
    }

    private sealed record Answer(IReadOnlyList<int> PromptIds, IReadOnlyList<int> Ids, string Text, string Stop);
}
