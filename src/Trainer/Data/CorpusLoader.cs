using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Data;

/// <summary>Reads, tokenizes, splits and packs the corpora of a run.</summary>
/// <param name="tokenize">A text's ids, nothing added; called from several threads at once.</param>
/// <param name="documentEnd">Id that ends every document.</param>
public sealed class CorpusLoader(Func<string, int[]> tokenize, int documentEnd, int threads)
{
    /// <summary>
    /// Records that are tokenized together: enough to keep the cores busy, few enough to hold in memory.
    /// </summary>
    private const int BatchRecords = 512;

    private const long BatchCharacters = 1 << 23;

    /// <summary>All corpora of a config, in its order.</summary>
    public IReadOnlyList<Corpus> Load(DataSettings data, ValidateSettings validate)
    {
        var corpora = new List<Corpus>();
        foreach (CorpusSettings settings in data.Corpora)
            corpora.Add(Load(settings, corpora.Count, data, validate));
        return corpora;
    }

    private Corpus Load(CorpusSettings settings, int index, DataSettings data, ValidateSettings validate)
    {
        var store = new TokenStore();
        var hashes = new List<ulong>();
        foreach (List<TextRecord> batch in Batches(JsonlReader.Read(settings.Path)))
            Add(batch, store, hashes);
        int heldOut = data.HeldOut ?? HeldOutSplit.DefaultCount(store.Documents, validate.Documents);
        if (heldOut >= store.Documents)
        {
            throw new UserException(
                $"{settings.Path}: data.held_out: expected fewer than the corpus's {store.Documents} documents, got "
                    + $"{heldOut}. Lower data.held_out");
        }

        bool general = settings.Kind == CorpusKind.General;
        var held = new TokenStore();
        int[] chosen = HeldOutSplit.Choose(hashes, heldOut);
        foreach (int document in chosen)
            held.Add(store.Document(document).Span);
        HashSet<int> withheld = [.. chosen];
        store.Filter(d => !withheld.Contains(d));
        return new Corpus(
            new PackedCorpus(settings.Name, general, index, store, data.Context),
            new PackedCorpus(settings.Name, general, index, held, data.Context));
    }

    private void Add(List<TextRecord> batch, TokenStore store, List<ulong> hashes)
    {
        var tokens = new int[batch.Count][];
        var batchHashes = new ulong[batch.Count];
        Parallel.For(0, batch.Count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) }, i =>
        {
            tokens[i] = tokenize(batch[i].Text);
            batchHashes[i] = HeldOutSplit.Hash(batch[i].Text);
        });
        foreach (int[] document in tokens)
            store.Add(document, documentEnd);
        hashes.AddRange(batchHashes);
    }

    private static IEnumerable<List<TextRecord>> Batches(IEnumerable<TextRecord> records)
    {
        var batch = new List<TextRecord>();
        long characters = 0;
        foreach (TextRecord record in records)
        {
            batch.Add(record);
            characters += record.Text.Length;
            if (batch.Count < BatchRecords && characters < BatchCharacters)
                continue;
            yield return batch;
            (batch, characters) = ([], 0);
        }

        if (batch.Count > 0)
            yield return batch;
    }
}
