using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>Shows the corpora of a config, or one corpus, as training packs them.</summary>
internal static class InspectDataRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(InspectDataOptions options, CommandContext context)
    {
        RunConfig run = options.Run;
        ModelConfig config = ModelConfig.Load(run.Model);
        Tokenizer tokenizer = Loading.Told(FittingTokenizer.Load(run.Model, config), context);
        DocumentTokenizer texts = DocumentTokenizer.Of(tokenizer, config, run.Model, run.Data);
        using TrainingData data = Load(run, texts, context);
        var statistics = DataStatistics.Of(run.Data, run.Order.Ratio, data.Corpora, data.Order, texts);
        context.Fact("tokenizer", $"{NamedInputs.Shown(run.Model)}; {texts.EndRule}");
        context.Fact(
            "packing", $"{DataPlan.Packing(run.Data.Packing)}, rows of {Counts.Of(run.Data.Context, "token")}");
        if (options.IsWholeRun)
            Plan(data.Order, statistics, context);
        for (int i = 0; i < data.Corpora.Count; i++)
        {
            context.Out.WriteLine();
            Statistics(data.Corpora[i], statistics.Corpora[i], options.IsWholeRun, context);
        }

        if (options.ShowRows == 0)
        {
            context.Out.WriteLine();
            context.WriteLine("--show-rows N shows rows token by token.");
            return ExitCode.Done;
        }

        foreach (PackedCorpus corpus in data.Corpora.Select(c => c.Train))
        {
            foreach (InspectedRow row in CorpusInspection.Rows(corpus, tokenizer, count: options.ShowRows))
            {
                context.Interrupted.ThrowIfCancellationRequested();
                RowView.Write(corpus.Name, row, context);
            }
        }

        return ExitCode.Done;
    }

    private static TrainingData Load(RunConfig run, DocumentTokenizer texts, CommandContext context)
    {
        using IRunDisplay display = context.OpenDisplay(context.Error);
        return TrainingData.Load(run.Data, run.Order, texts, run.Threads, display, context.Interrupted);
    }

    private static void Plan(TrainingOrder order, DataStatistics data, CommandContext context)
    {
        context.Fact("plan", $"{DataPlan.Steps(order)}");
        if (data.RatioAchieved is { } ratio)
            context.Fact("ratio", $"{DataPlan.Ratio(ratio, data.RatioAsked)}");
    }

    private static void Statistics(Corpus corpus, CorpusStatistics c, bool inRun, CommandContext context)
    {
        context.Fact("corpus", $"{c.Name} ({c.Kind.Name()})");
        string training = Counts.Of(c.Documents) + DataPlan.Dialogues(c.Source);
        string files = Counts.Of(c.Source.Files, "file");
        context.Fact("documents", $"{training} to train on, {Counts.Of(c.HeldOutDocuments)} held out; from {files}");
        double mean = (double)c.Tokens / Math.Max(1, c.Documents);
        string longest = Counts.Of(corpus.Train.LongestDocument);
        context.Fact("tokens", $"{Counts.Of(c.Tokens)}; a document has {mean:N1} on average, the longest {longest}");
        string cut = Counts.Of(c.CutDocuments, "document");
        context.Fact("rows", $"{Counts.Of(c.Rows)}, {100 * c.PackingEfficiency:0.0} % full; {cut} cut");
        string counting = Counts.Of(Counting(corpus.Train), "token");
        context.Fact("counting", $"{counting}: all but the first of each document in a row");
        if (inRun)
        {
            string share = c.ShareAchieved is { } s ? $", {100 * s:0.0} % of the general rows" : "";
            string rows = Counts.Of((long)Math.Round(c.RowsPerEpoch), "row");
            context.Fact("an epoch", $"{rows} ({Counts.Of(c.Repeat, "time")}){share}");
        }

        context.Facts("left out", DataPlan.LeftOut(c.Source));
    }

    private static long Counting(PackedCorpus corpus) =>
        Enumerable.Range(0, corpus.Rows).Sum(r => (long)corpus.Row(r).EffectiveTokens);
}
