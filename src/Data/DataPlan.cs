using MolEngine.Basics.Text;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;

namespace MolEngine.Data;

/// <summary>A run's data in lines for people, before its first step.</summary>
public static class DataPlan
{
    /// <summary>Skipped records and files passed over that are named at most.</summary>
    private const int Named = 5;

    /// <summary>A line for each corpus, what was left out of it, and one for all.</summary>
    public static IEnumerable<string> Lines(DataStatistics data)
    {
        foreach (CorpusStatistics corpus in data.Corpora)
        {
            yield return Corpus(corpus, data.Context);
            foreach (string line in LeftOut(corpus.Source))
                yield return "  " + line;
        }

        string ratio = data.RatioAchieved is { } achieved ? Ratio(achieved, data.RatioAsked) : "no domain rows";
        yield return $"{ratio}; {Packing(data.Packing)} packing; {data.DocumentEnd}";
    }

    /// <summary>"12 steps of 8 rows (1.5 epochs of 64 rows)".</summary>
    public static string Steps(TrainingOrder order) =>
        $"{Counts.Of(order.Steps, "step")} of {Counts.Of(order.GlobalBatch, "row")} "
        + $"({Counts.Of(order.Epochs, "epoch")} of {Counts.Of(order.RowsPerEpoch, "row")})";

    /// <summary>General over domain rows, as it came out and as the config asks.</summary>
    public static string Ratio(double achieved, double asked) =>
        $"{Counts.Of(achieved, "general row")} to a domain row ({asked:0.###} asked)";

    /// <summary>The packing as configs write it.</summary>
    public static string Packing(PackingKind kind) => kind == PackingKind.BestFit ? "best_fit" : "concat";

    /// <summary>How many of the documents to train on are dialogues: " (4 dialogues)", or nothing.</summary>
    public static string Dialogues(CorpusSource source) =>
        source.Dialogues == 0 ? "" : $" ({Counts.Of(source.Dialogues, "dialogue")})";

    private static string Corpus(CorpusStatistics c, int context)
    {
        string documents = Counts.Of(c.Documents, "document") + Dialogues(c.Source);
        string cut = c.CutDocuments == 0 ? "" : $", {Counts.Of(c.CutDocuments, "document")} cut";
        int cutUp = c.Source.CutForValidation;
        string pieces = cutUp == 0 ? "" : $" (pieces of {Counts.Of(cutUp, "document")} among them)";
        string share = c.ShareAsked is null
            ? ""
            : $", {100 * c.ShareAchieved:0.0} % of the general rows ({100 * c.ShareAsked:0.0} % asked)";
        string weight = c.Weight == 1 ? "" : $", weight {c.Weight:0.###}";
        string files = c.Source.Files == 1 ? "" : $"; {Counts.Of(c.Source.Files, "file")}";
        string cached = c.Source.Cached ? "; tokens from the cache" : "";
        return $"{c.Name} ({c.Kind.Name()}): {documents}, {Counts.Of(c.Tokens, "token")}, "
            + $"{Counts.Of(c.Rows, "row")} of {Counts.Of(context)} ({100 * c.PackingEfficiency:0.0} % full{cut}); "
            + $"{Counts.Of(c.HeldOutDocuments, "document")}{pieces} held out; {Counts.Of(c.Repeat, "time")} an epoch"
            + share + weight + files + cached;
    }

    /// <summary>What of its files is not in a corpus, and why.</summary>
    public static IEnumerable<string> LeftOut(CorpusSource source)
    {
        SkippedRecords skipped = source.Skipped;
        if (skipped.Count > 0)
            yield return $"{Counts.Of(skipped.Count, "record")} skipped: {skipped.First[0]}";
        foreach (string record in skipped.First.Take(Named).Skip(1))
            yield return record;
        long told = Math.Min(Named, skipped.First.Count);
        if (skipped.Count > told)
            yield return $"... and {Counts.Of(skipped.Count - told)} more";
        if (source.PassedOver.Count > 0)
        {
            string names = string.Join(", ", source.PassedOver.Take(Named));
            string more = source.PassedOver.Count > Named ? ", ..." : "";
            yield return Counts.Of(
                source.PassedOver.Count, "file passed over", "files passed over")
                + $": {names}{more}";
        }

        foreach (string note in source.Notes)
            yield return note;
        if (source.CacheProblem is not null)
            yield return $"tokens not kept: {source.CacheProblem}";
    }
}
