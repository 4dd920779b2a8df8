using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.FirstLook;

/// <summary>What a corpus holds that was named on the command line, or why it cannot be trained on.</summary>
/// <param name="Given">Its path, pattern or address as it was given.</param>
/// <param name="Name">Its name where a config does not say one.</param>
/// <param name="Lengths">Tokens of each document to train on; empty where it cannot be.</param>
/// <param name="Shapes">How its records are read, in words.</param>
/// <param name="Notes">What people should know of how they are read.</param>
/// <param name="Problem">Why it cannot be trained on as it is, and what to do; null where it can.</param>
internal sealed record SeenCorpus(
    string Given, string Name, IReadOnlyList<int> Lengths, string Shapes, IReadOnlyList<string> Notes, string? Problem)
{
    /// <summary>A key of the corpus with which it can be trained on; null where none was found.</summary>
    public string? Remedy { get; private init; }

    /// <summary>Tokens to train on.</summary>
    public long Tokens { get; } = Lengths.Sum(n => (long)n);

    /// <summary>Reads a corpus as training would, with all keys at their defaults.</summary>
    /// <param name="given">A file, folder, pattern or address.</param>
    /// <param name="settings">Those that every corpus is looked at with: the model.</param>
    /// <exception cref="UserException">There is no such file.</exception>
    public static SeenCorpus Of(
        string given, IReadOnlyList<string> settings, CorpusLoader loader, CancellationToken cancel)
    {
        DataSettings data = RunConfigLoader.OfCorpus(given, settings).Data;
        string name = data.Corpora[0].Name;
        try
        {
            using Corpus corpus = loader.Load(data, cancel)[0];
            string shapes =
                string.Join(", ", corpus.Source.Shapes.Select(s => $"{s.Name} ({Counts.Of(s.Records)})"));
            return corpus.Train.HasEffectiveTokens
                ? new(given, name, [.. corpus.Train.Lengths], shapes, [.. DataPlan.LeftOut(corpus.Source)], null)
                : new(given, name, [], shapes, [], $"{given}: expected documents of two tokens and more, got none");
        }
        catch (UserException e)
        {
            string? First(IEnumerable<string> keys) =>
                keys.FirstOrDefault(k => IsReadWith(k, given, settings, loader, cancel));
            string? remedy = First((e as BadRecordException)?.Readings ?? []);
            string? rest = remedy is null && e is BadRecordException ? PassedOver(data, loader, cancel) : null;
            if (rest is null)
                remedy ??= First(ShapeCount.Names.Select(n => $"shape: {n}"));
            string advice = rest is not null ? $". {rest}"
                : remedy is not null ? $". It can be trained on with {remedy}" : "";
            return new(given, name, [], "", [], e.Message + advice) { Remedy = remedy };
        }
    }

    /// <summary>Whether a key of the corpus makes it one that can be trained on.</summary>
    /// <param name="key">As YAML has it: <c>shape: qa</c>.</param>
    private static bool IsReadWith(
        string key, string given, IReadOnlyList<string> settings, CorpusLoader loader, CancellationToken cancel)
    {
        int colon = key.IndexOf(": ", StringComparison.Ordinal);
        string[] named =
            [.. settings, RunConfigLoader.SettingOfCorpus($"{key[..colon]}={key[(colon + 2)..]}")];
        try
        {
            using Corpus corpus = loader.Load(RunConfigLoader.OfCorpus(given, named).Data, cancel)[0];
            return corpus.Train.HasEffectiveTokens;
        }
        catch (UserException)
        {
            return false;
        }
    }

    /// <summary>
    /// What becomes of the corpus where records that fit nothing are passed over; null where nothing is left, or it
    /// cannot be read then either.
    /// </summary>
    private static string? PassedOver(DataSettings data, CorpusLoader loader, CancellationToken cancel)
    {
        try
        {
            using Corpus corpus = loader.Load(data with { SkipBadRecords = true }, cancel)[0];
            int documents = corpus.Train.Documents + corpus.HeldOut.Documents;
            string skipped = Counts.Of(corpus.Source.Skipped.Count, "record");
            return $"With skip_bad_records: true under data, {skipped} would be passed over and "
                + $"{Counts.Of(documents, "document")} left";
        }
        catch (UserException)
        {
            return null;
        }
    }
}
