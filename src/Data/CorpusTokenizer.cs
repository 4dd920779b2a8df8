using MolEngine.Basics.Files;
using MolEngine.Data.Caching;
using MolEngine.Data.Files;
using MolEngine.Data.Records;

namespace MolEngine.Data;

/// <summary>
/// Reads a corpus's files and tokenizes their records: one thread reads ahead while all others encode. What comes out
/// does not depend on their number.
/// </summary>
internal sealed class CorpusTokenizer(
    DocumentTokenizer tokenizer, int threads, IProgress<TokenizingProgress>? progress, CancellationToken cancel)
{
    /// <summary>
    /// Records that are tokenized together: enough to keep the cores busy, few enough to hold in memory.
    /// </summary>
    private const int BatchRecords = 2048;

    private const long BatchCharacters = 1 << 23;

    /// <summary>Writes the corpus's <see cref="TokenFile"/>.</summary>
    /// <exception cref="UserException">A record that fits nothing (unless they are skipped), or a file without records.
    /// </exception>
    public void Run(CorpusSettings corpus, IReadOnlyList<CorpusFile> files, bool skipsBadRecords, Stream to)
    {
        var run = new Reading(corpus, files, skipsBadRecords, this);
        using var tokens = new TokenFileWriter(to);
        using IEnumerator<List<CorpusRecord>> batches = run.Batches().GetEnumerator();
        List<CorpusRecord>? batch = Next(batches);
        while (batch is not null)
        {
            long read = run.BytesRead;
            Task<List<CorpusRecord>?> ahead = Task.Run(() => Next(batches), CancellationToken.None);
            try
            {
                Add(batch, tokens);
            }
            finally
            {
                // The reader must have stopped before its file is closed, whatever happened here.
                Task.WhenAny(ahead).Wait(CancellationToken.None);
            }

            progress?.Report(new(corpus.Name, read, run.TotalBytes, tokens.Documents, tokens.Tokens, Cached: false));
            batch = ahead.GetAwaiter().GetResult();
        }

        tokens.Finish(run.SkippedCount, run.Skipped);
    }

    private static List<CorpusRecord>? Next(IEnumerator<List<CorpusRecord>> batches) =>
        batches.MoveNext() ? batches.Current : null;

    private void Add(List<CorpusRecord> batch, TokenFileWriter tokens)
    {
        var documents = new int[batch.Count][];
        var hashes = new ulong[batch.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancel };
        Parallel.For(0, batch.Count, options, i =>
        {
            string text = DocumentText.Of(batch[i]).Text;
            documents[i] = tokenizer.Document(batch[i], text);
            hashes[i] = HeldOutSplit.Hash(text);
        });
        for (int i = 0; i < documents.Length; i++)
            tokens.Add(documents[i], hashes[i], batch[i].IsChat);
    }

    /// <summary>The reading side.</summary>
    private sealed class Reading(
        CorpusSettings corpus, IReadOnlyList<CorpusFile> files, bool skipsBadRecords, CorpusTokenizer owner)
    {
        private readonly List<SkippedRecord> _skipped = [];
        private long _bytesRead;

        public long BytesRead => Interlocked.Read(ref _bytesRead);

        public long TotalBytes { get; } = files.Sum(f => RealPath.FileAt(f.Path).Length);

        public long SkippedCount { get; private set; }

        public IReadOnlyList<SkippedRecord> Skipped => _skipped;

        public IEnumerable<List<CorpusRecord>> Batches()
        {
            var batch = new List<CorpusRecord>();
            long characters = 0;
            foreach (CorpusRecord record in Records())
            {
                batch.Add(record);
                characters += record.Length;
                if (batch.Count < BatchRecords && characters < BatchCharacters)
                    continue;
                yield return batch;
                (batch, characters) = ([], 0);
            }

            if (batch.Count > 0)
                yield return batch;
        }

        private IEnumerable<CorpusRecord> Records()
        {
            long before = 0;
            for (int i = 0; i < files.Count; i++)
            {
                int file = i;
                var reader = new RecordReader(corpus, skipsBadRecords ? problem => Skip(file, problem) : null);
                using CorpusContent content = CorpusContent.Open(files[i].Path);
                foreach (CorpusRecord record in reader.Read(content, files[i]))
                {
                    owner.Check(record, content.Path);
                    yield return record;
                    Interlocked.Exchange(ref _bytesRead, before + content.BytesRead);
                }

                before += RealPath.FileAt(files[i].Path).Length;
            }
        }

        private void Skip(int file, BadRecordException problem)
        {
            SkippedCount++;
            if (_skipped.Count < SkippedRecords.Named)
                _skipped.Add(new(file, problem.Line, problem.Detail));
        }
    }

    private void Check(CorpusRecord record, string path)
    {
        cancel.ThrowIfCancellationRequested();
        tokenizer.RequireChatTokens(record, path);
    }
}
