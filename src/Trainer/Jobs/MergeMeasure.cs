using MolEngine.Basics.Text;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Jobs;

/// <summary>
/// Says what rounding the weights of a merged model has made of its adapter: how far it moves them, and what that does
/// on a few texts. Computed on the CPU, in fp32: activations in bf16 would hide what is looked for. The model is
/// written by then, and stays whatever happens here.
/// </summary>
internal static class MergeMeasure
{
    /// <summary>Share of an adapter's update that rounding must take for a line about it: far above fp32's.</summary>
    private const double WorthSaying = 0.005;

    private const string Offer = "--dtype float32 writes the merged weights without that loss";

    /// <param name="display">Told the figures, and how far their making is.</param>
    public static void Tell(MergedModel merged, IRunDisplay display)
    {
        bool isRounded = merged.Rounding.Share >= WorthSaying;
        if (isRounded)
        {
            display.Note(FormattableString.Invariant(
                $"rounding   moves the merged weights by {merged.Rounding.Share:P0} of what the adapter does"));
        }

        try
        {
            Measure(merged, display);
        }
        catch (Exception e) when (ReasonOf(e) is not null)
        {
            string offer = isRounded && merged.Rounding.HasNarrow ? $". {Offer}" : "";
            display.Note($"measured   nothing: {ReasonOf(e)}{offer}");
        }
        finally
        {
            display.Doing(null);
        }
    }

    private static void Measure(MergedModel merged, IRunDisplay display)
    {
        ExportedAdapter adapter = merged.Adapter;
        RequireMemory(adapter.Model, merged.Folder);
        var device = new DeviceSettings(new DeviceChoice(DeviceKind.Cpu), PrecisionKind.Auto);
        using Ops ops = ComputeDevice.Open(device, DeviceKeys.Device.Path, display.Note, adapter.Run?.Threads);
        using var model = new InferenceModel(ops, adapter.Model, null);
        using var whole = new InferenceModel(ops, merged.Folder, null);
        TransformerWeights adapted = model.Adapted(adapter.Lora, adapter.Modules);
        Tokenizer tokenizer = model.LoadTokenizer();
        string? problem = null;
        string source = "of the run's corpora";
        IReadOnlyList<int[]> texts =
            adapter.Run is { } run ? MergeTexts.OfCorpora(run, tokenizer, model.Config, out problem) : [];
        if (texts.Count == 0)
        {
            texts = MergeTexts.Written(ops, model, adapted, tokenizer, display);
            source = "that the model with its adapter wrote";
        }

        if (problem is not null)
            display.Note($"texts      not from every corpus of the run: {problem}");
        Tell(Figures(ops, model, adapted, whole.Weights, texts, display), source, merged.Rounding, display);
    }

    /// <summary>Text by text, so that a large model's progress is seen.</summary>
    private static MergeFigures Figures(
        Ops ops, InferenceModel model, TransformerWeights adapted, TransformerWeights whole,
        IReadOnlyList<int[]> texts, IRunDisplay display)
    {
        Action<long, long> progress = display.Doing("comparing the merged weights", "text");
        int done = 0;
        var figures = new List<RowFigures>[2];
        foreach ((int i, TransformerWeights weights) in new[] { adapted, whole }.Index())
        {
            figures[i] = [];
            foreach (int[] text in texts)
            {
                figures[i].AddRange(Scorer.Score(ops, model.Config, weights, model.Frozen, [text]));
                progress(++done, 2 * texts.Count);
            }
        }

        int tokens = figures[0].Sum(r => r.EffectiveTokens);
        return new MergeFigures(texts.Count, tokens, MeanFigures.Of(figures[0]), MeanFigures.Of(figures[1]));
    }

    private static void Tell(MergeFigures f, string source, MergeRounding rounding, IRunDisplay display)
    {
        if (!f.IsFinite)
            throw new RunFailedException("a mean is not finite: the model's weights or the adapter are broken");
        string on = $"{Counts.Of(f.Texts, "text")} {source}, {Counts.Of(f.Tokens, "token")}";
        string ce = $"CE {Numbers.Fixed(f.Adapter.Ce)} with the adapter and {Numbers.Fixed(f.Merged.Ce)} merged";
        string kl = $"KL to the base model {Numbers.FixedKl(f.Adapter.Kl)} and {Numbers.FixedKl(f.Merged.Kl)}";
        string offer = f.Differs && rounding.HasNarrow ? $". {Offer}" : "";
        display.Note($"measured   on {on}: {ce}, {kl}{offer}");
    }

    /// <summary>F16 and F64 are computed with as copies in fp32; all else stays in the files.</summary>
    private static void RequireMemory(params string[] folders)
    {
        long copied = folders.Sum(f => ModelSummary.Of(f).CopiedBytes), free = MachineInfo.Read().AvailableMemory;
        if (copied > free)
        {
            throw new RunFailedException(
                $"expected {ShownSize.Of(copied)} of free memory for both models in fp32, got {ShownSize.Of(free)}");
        }
    }

    /// <summary>Why a measure came to nothing, in a line; null where that is a fault of the program.</summary>
    private static string? ReasonOf(Exception e) => e switch
    {
        OutOfMemoryException or OutOfDeviceMemoryException => "too little memory is free",
        UserException or RunFailedException or EnvironmentFaultException or NonFiniteException or IOException
            or UnauthorizedAccessException => e.Message.ReplaceLineEndings(" "),
        AggregateException { InnerException: { } inner } => ReasonOf(inner),
        _ => null,
    };
}
