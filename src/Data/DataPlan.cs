using System.Globalization;
using MolEngine.Data.Records;

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

        string ratio = data.RatioAchieved is { } achieved
            ? Text($"{achieved:0.###} general rows to a domain row ({data.RatioAsked:0.###} asked)")
            : "no domain rows";
        string packing = data.Packing == PackingKind.BestFit ? "best_fit" : "concat";
        yield return $"{ratio}; {packing} packing; {data.DocumentEnd}";
    }

    private static string Corpus(CorpusStatistics c, int context)
    {
        string kind = c.General ? "general" : "domain";
        string dialogues = c.Source.Dialogues == 0 ? "" : Text($" ({c.Source.Dialogues:N0} dialogues)");
        string cut = c.CutDocuments == 0 ? "" : Text($", {c.CutDocuments:N0} documents cut");
        string share = c.ShareAsked is null
            ? ""
            : Text($", {100 * c.ShareAchieved:0.0} % of the general rows ({100 * c.ShareAsked:0.0} % asked)");
        string files = c.Source.Files == 1 ? "" : Text($"; {c.Source.Files:N0} files");
        string cached = c.Source.Cached ? "; tokens from the cache" : "";
        return Text($"{c.Name} ({kind}): {c.Documents:N0} documents{dialogues}, {c.Tokens:N0} tokens, ")
            + Text($"{c.Rows:N0} rows of {context:N0} ({100 * c.PackingEfficiency:0.0} % full{cut}); ")
            + Text($"{c.HeldOutDocuments:N0} documents held out; {c.Repeat:0.###} times an epoch")
            + share + files + cached;
    }

    /// <summary>What of its files is not in a corpus, and why.</summary>
    public static IEnumerable<string> LeftOut(CorpusSource source)
    {
        SkippedRecords skipped = source.Skipped;
        if (skipped.Count > 0)
            yield return Text($"{skipped.Count:N0} records skipped: {skipped.First[0]}");
        foreach (string record in skipped.First.Take(Named).Skip(1))
            yield return record;
        long told = Math.Min(Named, skipped.First.Count);
        if (skipped.Count > told)
            yield return Text($"... and {skipped.Count - told:N0} more");
        if (source.PassedOver.Count > 0)
        {
            string names = string.Join(", ", source.PassedOver.Take(Named));
            string more = source.PassedOver.Count > Named ? ", ..." : "";
            yield return Text($"{source.PassedOver.Count:N0} files passed over by their names: {names}{more}");
        }

        if (source.CacheProblem is not null)
            yield return $"tokens not kept: {source.CacheProblem}";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
