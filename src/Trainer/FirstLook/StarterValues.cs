using System.Numerics;
using MolEngine.Data;
using MolEngine.Data.Settings;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Models;
using MolEngine.Runs.Advising;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.FirstLook;

/// <summary>The values of a first config that follow from the tokens at hand.</summary>
/// <param name="Context">Tokens of a row.</param>
/// <param name="Ratio">General rows for each domain row.</param>
/// <param name="GlobalBatch">Rows of a step.</param>
/// <param name="Rank">Of LoRA; null for the default.</param>
/// <param name="HeldOut">Tokens of each corpus for validation; null for the default.</param>
/// <param name="Every">Steps between validations, and between checkpoints.</param>
internal sealed record StarterValues(
    int Context, double Ratio, int Epochs, int GlobalBatch, int MicroBatch, int Every, RecomputeKind Recompute,
    int? Rank, int? HeldOut)
{
    /// <summary>Part of the domain text that is in documents that a row holds whole.</summary>
    public const double WholeText = 0.9;

    private const int LeastContext = 512;

    /// <summary>On the CPU longer rows are mostly attention.</summary>
    private const int LargestOnCpu = 2048;

    /// <summary>Tokens at once: enough to keep a device busy; more take memory only.</summary>
    private const int AtOnce = 8192, AtOnceOnCpu = 2048;

    /// <summary>Held out of each corpus on the CPU, which takes its time to validate.</summary>
    private const int HeldOutOnCpu = 4096;

    /// <summary>Domain tokens below which text is seen three times, and twice.</summary>
    private const long Little = 1_000_000, Some = 10_000_000;

    private const double LeastRatio = 0.001;

    /// <summary>Steps to aim at: enough for a schedule, and for batches that are no noise.</summary>
    private const int FairSteps = 100;
    private const int SmallBatch = 4;

    /// <summary>Validations of a run, about.</summary>
    private const int Validations = 8;

    /// <param name="corpora">Those that can be trained on, with their kinds.</param>
    /// <param name="isCpu">Whether the CPU trains.</param>
    public static StarterValues Of(
        IReadOnlyList<(SeenCorpus Corpus, CorpusKind Kind)> corpora, ModelConfig model, bool isCpu)
    {
        int[] domain = [.. corpora.Where(c => c.Kind == CorpusKind.Domain).SelectMany(c => c.Corpus.Lengths)];
        int most = PowerOfTwo(LongestContext(model, isCpu));
        int context = LengthSpread.PowerOfTwoThatHolds(domain, WholeText, Math.Min(LeastContext, most), most);
        double Rows(CorpusKind kind) => corpora.Where(c => c.Kind == kind)
            .Sum(c => Math.Ceiling(c.Corpus.Tokens / (double)context));
        double domainRows = Rows(CorpusKind.Domain), generalRows = Rows(CorpusKind.General);
        double enough = Math.Floor(AdviceRules.MostRepeats * generalRows / domainRows / LeastRatio) * LeastRatio;
        double ratio = generalRows == 0 ? 1 : Math.Round(Math.Clamp(enough, LeastRatio, 1), 3);
        long tokens = domain.Sum(n => (long)n);
        int epochs = tokens < Little ? 3 : tokens < Some ? 2 : 1;
        double rows = epochs * (domainRows + (generalRows == 0 ? 0 : ratio * domainRows));
        int least = (int)Math.Clamp(rows / OrderSettings.FewSteps, 1, SmallBatch);
        int batch = Math.Clamp(PowerOfTwo((int)Math.Min(1 << 20, rows / FairSteps)), least, OrderSettings.UsualBatch);
        int micro = PowerOfTwo(Math.Min(batch, Math.Max(1, (isCpu ? AtOnceOnCpu : AtOnce) / context)));
        int every = RoundDown((int)Math.Min(int.MaxValue, rows / batch / Validations));
        return new(context, ratio, epochs, batch, micro, every, RecomputeKind.Auto, null, isCpu ? HeldOutOnCpu : null);
    }

    /// <summary>The greatest number of 1, 2, 5, 10, 20, ... that is not above; 1 at least.</summary>
    private static int RoundDown(int number)
    {
        int scale = 1;
        while (number >= 10L * scale && scale < 100_000_000)
            scale *= 10;
        return scale * (number / scale >= 5 ? 5 : number / scale >= 2 ? 2 : 1);
    }

    private static int LongestContext(ModelConfig model, bool isCpu) => Math.Max(2, Math.Min(
        Math.Min(model.MaxPositionEmbeddings, model.AttentionLimit?.Tokens ?? int.MaxValue),
        isCpu ? LargestOnCpu : DataKeys.UsualContext));

    /// <summary>The greatest power of two that is not above; 1 at least.</summary>
    private static int PowerOfTwo(int number) => 1 << BitOperations.Log2((uint)Math.Max(1, number));
}
