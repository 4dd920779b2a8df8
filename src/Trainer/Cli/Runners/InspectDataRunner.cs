using System.Globalization;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Data.Records;
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
        Tokenizer tokenizer = FittingTokenizer.Load(run.Model, config);
        DocumentTokenizer texts = DocumentTokenizer.Of(
            tokenizer, run.Model, DocumentEnd.Resolve(run.Data.DocumentEnd, config, tokenizer));
        TrainingData data;
        using (IRunDisplay display = context.OpenDisplay(context.Error))
            data = TrainingData.Load(run.Data, run.Order, texts, run.Threads, display, context.Interrupted);
        var statistics = DataStatistics.Of(run.Data, run.Order.Ratio, data.Corpora, data.Order, texts);
        context.Fact("tokenizer", $"{ShownPath.Of(run.Model)}; {texts.EndRule}");
        context.Fact("packing", $"{Packing(run.Data.Packing)}, rows of {run.Data.Context:N0} tokens");
        if (options.IsWholeRun)
            Plan(run, data.Order, statistics, context);
        for (int i = 0; i < data.Corpora.Count; i++)
        {
            context.Out.WriteLine();
            Statistics(data.Corpora[i], statistics.Corpora[i], options.IsWholeRun, context);
        }

        if (options.ShowRows == 0)
        {
            context.Out.WriteLine();
            context.Out.WriteLine("--show-rows N shows rows token by token.");
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

    private static string Packing(PackingKind kind) => kind == PackingKind.BestFit ? "best_fit" : "concat";

    private static void Plan(RunConfig run, TrainingOrder o, DataStatistics data, CommandContext context)
    {
        string epochs = Text($"{o.Epochs:0.###} epochs of {o.RowsPerEpoch:N0} rows");
        context.Fact("plan", $"{o.Steps:N0} steps of {run.Order.GlobalBatch} rows ({epochs})");
        if (data.RatioAchieved is { } ratio)
            context.Fact("ratio", $"{ratio:0.###} general rows to a domain row ({data.RatioAsked:0.###} asked)");
    }

    private static void Statistics(Corpus corpus, CorpusStatistics c, bool inRun, CommandContext context)
    {
        context.Fact("corpus", $"{c.Name} ({(c.General ? "general" : "domain")})");
        string dialogues = c.Source.Dialogues == 0 ? "" : Text($", {c.Source.Dialogues:N0} dialogues among all");
        string files = c.Source.Files == 1 ? "1 file" : Text($"{c.Source.Files:N0} files");
        context.Fact(
            "documents",
            $"{c.Documents:N0} to train on, {c.HeldOutDocuments:N0} held out{dialogues}; from {files}");
        double mean = (double)c.Tokens / Math.Max(1, c.Documents);
        int longest = corpus.Train.LongestDocument;
        context.Fact("tokens", $"{c.Tokens:N0}; a document has {mean:N1} on average, the longest {longest:N0}");
        context.Fact("rows", $"{c.Rows:N0}, {100 * c.PackingEfficiency:0.0} % full; {c.CutDocuments:N0} documents cut");
        context.Fact("counting", $"{Counting(corpus.Train):N0} tokens: all but the first of each document in a row");
        if (inRun)
        {
            string share = c.ShareAchieved is { } s ? Text($", {100 * s:0.0} % of the general rows") : "";
            context.Fact("an epoch", $"{c.RowsPerEpoch:N0} rows ({c.Repeat:0.###} times){share}");
        }

        context.Facts("left out", DataPlan.LeftOut(c.Source));
    }

    private static long Counting(PackedCorpus corpus) =>
        Enumerable.Range(0, corpus.Rows).Sum(r => (long)corpus.Row(r).EffectiveTokens);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
