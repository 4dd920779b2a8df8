using System.Net;
using MolEngine.Basics.Text;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Server.Figures;
using MolEngine.Server.Http;
using MolEngine.Server.Serving;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

internal static class ServeRunner
{
    /// <summary>Tokens of a context and of the cache where nobody names a number.</summary>
    public const int UsualContext = 8192, UsualCache = 16_384;

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(ServeOptions options, CommandContext context)
    {
        options.Server.Validate();
        foreach ((_, string folder) in options.Adapters)
            NamedInputs.RequireWhole(folder);
        using Ops ops = ComputeDevice.Open(options.Device, OptionNames.Device, context.Error.WriteLine);
        using InferenceModel model = Loading.Model(ops, options.Model, null, context);
        Tokenizer tokenizer = Loading.Told(model.LoadTokenizer(), context);
        var models = new ServedModels(model, tokenizer, options.Name, options.Adapters);
        using GenerationBatch batch = Batch(options, ops, model);
        Tell(options, ops, models, batch, context);
        var figures = new ServerFigures();
        using var scheduler = new Scheduler(batch, figures, options.Rows, options.Server.Queue);
        var server = new ModelServer(
            models, scheduler, figures, options.Server, line => context.Error.WriteLine($"molengine: {line}"));
        try
        {
            server.Start().GetAwaiter().GetResult();
            context.WriteLine(
                $"serving {string.Join(", ", models.All.Select(m => m.Name))} at {server.Address} (a page to chat "
                + "with; OpenAI's API under /v1). Ctrl-C stops.");
            context.Out.Flush();
            server.Generate(context.Interrupted);
        }
        finally
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        return ExitCode.Done;
    }

    private static GenerationBatch Batch(ServeOptions options, Ops ops, InferenceModel model)
    {
        int most = Math.Min(
            model.Config.MaxPositionEmbeddings, model.Config.AttentionLimit?.Tokens ?? int.MaxValue);
        if (options.Context > most)
            throw new UserException($"--context: expected at most the model's {most}, got {options.Context}");
        int longest = options.Context ?? Math.Min(most, UsualContext);
        int tokens = options.CacheTokens ?? Math.Max(longest, UsualCache);
        if (tokens < longest)
        {
            throw new UserException(
                $"--cache-tokens: expected at least the context's {longest}, got {tokens}. Name a shorter --context, "
                + "or a larger cache");
        }

        return Batches.OfTokens(
            ops, model, options.Rows, tokens, longest, "--cache-tokens, --context", options.Deterministic);
    }

    private static void Tell(
        ServeOptions options, Ops ops, ServedModels models, GenerationBatch batch, CommandContext context)
    {
        ModelConfig config = models.Config;
        long bytes = 2L * config.NumLayers * config.NumKvHeads * config.HeadDim * ops.ActivationType.Size()
            * batch.Capacity;
        context.WriteLine(
            $"{models.Base.Name}: a context of {Counts.Of(batch.Longest, "token")}; "
            + $"{Counts.Of(options.Rows, "answer")} at a time, in a cache of {Counts.Of(batch.Capacity, "token")} "
            + $"({ShownSize.Of(bytes)}), on {ops.Description}");
        if (!models.Defaults.AreNone)
            context.WriteLine($"where a request does not say ({GenerationConfig.FileName}): {models.Defaults}");
        if (models.Templates.IsFallback)
        {
            context.Error.WriteLine(models.CanChat
                ? $"{options.Model} has no chat template: ChatML stands in for it"
                : $"{options.Model} has no chat template, and its tokenizer not ChatML's tokens: it completes texts "
                    + "alone");
        }

        if (!IPAddress.IsLoopback(options.Server.Address))
        {
            context.Error.WriteLine(
                $"{options.Server.Address}: the key and all texts go over the network as they are (HTTP): put a proxy "
                + "with TLS before it where others can listen");
        }
    }
}
