using MolEngine.Basics.Files;
using MolEngine.Data.Caching;
using MolEngine.Data.Files;
using MolEngine.Data.Records;

namespace MolEngine.Data;

/// <summary>
/// Reads a corpus's files and tokenizes their records: one thread reads ahead while all others encode. What comes out
/// does not depend on their number.
/// </summary>
/// <param name="context">Tokens of a row, for texts that are split by tokens.</param>
internal sealed class CorpusTokenizer(
    DocumentTokenizer tokenizer, int context, int threads, IProgress<TokenizingProgress>? progress,
    CancellationToken cancel)
{
    /// <summary>
    /// Records that are tokenized together: enough to keep the cores busy, few enough to hold in memory.
    /// </summary>
    private const int BatchRecords = 2048;

    private const long BatchCharacters = 1 << 23;

    /// <summary>Characters of the documents so far; no half of a surrogate pair counts for itself.</summary>
    private long _characters;

    /// <summary>Writes the corpus's <see cref="TokenFile"/>.</summary>
    /// <exception cref="UserException">
    /// A record that fits nothing (unless they are skipped), a file without records, or a corpus most of whose text no
    /// rule uses.
    /// </exception>
    public void Run(CorpusSettings corpus, IReadOnlyList<CorpusFile> files, bool skipsBadRecords, Stream to)
    {
        var run = new Reading(corpus, files, skipsBadRecords, this);
        var skipped = new SkippedList(skipsBadRecords);
        using var tokens = new TokenFileWriter(to);
        using IEnumerator<List<ReadRecord>> batches = run.Batches().GetEnumerator();
        List<ReadRecord>? batch = Next(batches);
        while (batch is not null)
        {
            long read = run.BytesRead;
            Task<List<ReadRecord>?> ahead = Task.Run(() => Next(batches), CancellationToken.None);
            try
            {
                Add(batch, corpus, run.Report, tokens, skipped);
            }
            finally
            {
                // The reader must have stopped before its file is closed, whatever happened here.
                Task.WhenAny(ahead).Wait(CancellationToken.None);
            }

            progress?.Report(new(corpus.Name, read, run.TotalBytes, tokens.Documents, tokens.Tokens, Cached: false));
            batch = ahead.GetAwaiter().GetResult();
        }

        ReadingSummary summary = run.Report.Summary();
        summary.RequireMostUsed(corpus.Paths[0], corpus.Name);
        string[] notes = [.. summary.Lines(corpus.Name), .. tokenizer.Writer.Notes(corpus)];
        tokens.Finish(new(skipped.Count, skipped.First, notes, _characters, ShapeCount.Of(summary)));
    }

    private static List<ReadRecord>? Next(IEnumerator<List<ReadRecord>> batches) =>
        batches.MoveNext() ? batches.Current : null;

    private void Add(
        List<ReadRecord> batch, CorpusSettings corpus, ReadingReport report, TokenFileWriter tokens,
        SkippedList skipped)
    {
        var documents = new int[batch.Count][];
        var hashes = new ulong[batch.Count];
        var characters = new long[batch.Count];
        var problems = new UserException?[batch.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancel };
        Parallel.For(0, batch.Count, options, i =>
        {
            if (batch[i].Record is not { } record)
                return;
            try
            {
                DocumentText document = tokenizer.Writer.Write(record, corpus, batch[i].Path);
                if (record.IsChat)
                {
                    report.Rendered(record, document.Text);
                    report.Trained(record, corpus.TrainOn);
                }

                documents[i] = tokenizer.Stored(document);
                hashes[i] = HeldOutSplit.Hash(document.Text);
                characters[i] = Characters(document.Text);
            }
            catch (UserException problem)
            {
                problems[i] = problem;
            }
        });
        for (int i = 0; i < batch.Count; i++)
        {
            if ((batch[i].Problem ?? problems[i]) is { } problem)
                skipped.Add(batch[i].File, problem as BadRecordException ?? throw problem);
            else
                tokens.Add(documents[i], hashes[i], batch[i].Record!.IsChat);
        }

        _characters += characters.Sum();
    }

    private static long Characters(string text)
    {
        long count = text.Length;
        foreach (char c in text)
            count -= char.IsLowSurrogate(c) ? 1 : 0;
        return count;
    }

    /// <summary>A record, or what is wrong with it, and the file that it is of.</summary>
    private readonly record struct ReadRecord(
        int File, string Path, CorpusRecord? Record, BadRecordException? Problem);

    /// <summary>Records that fit nothing, in the order of the files.</summary>
    private sealed class SkippedList(bool skipsBadRecords)
    {
        private readonly List<SkippedRecord> _first = [];

        public long Count { get; private set; }

        public IReadOnlyList<SkippedRecord> First => _first;

        /// <exception cref="BadRecordException">Bad records are not skipped.</exception>
        public void Add(int file, BadRecordException problem)
        {
            if (!skipsBadRecords)
                throw problem;
            Count++;
            if (_first.Count < SkippedRecords.Named)
                _first.Add(new(file, problem.Line, problem.Detail));
        }
    }

    /// <summary>The reading side.</summary>
    private sealed class Reading(
        CorpusSettings corpus, IReadOnlyList<CorpusFile> files, bool skipsBadRecords, CorpusTokenizer owner)
    {
        private long _bytesRead;

        public long BytesRead => Interlocked.Read(ref _bytesRead);

        public long TotalBytes { get; } = files.Sum(f => RealPath.FileAt(f.Path).Length);

        public ReadingReport Report { get; } = new(corpus.Ignore);

        public IEnumerable<List<ReadRecord>> Batches()
        {
            var batch = new List<ReadRecord>();
            long characters = 0;
            foreach (ReadRecord record in Records())
            {
                batch.Add(record);
                characters += record.Record?.Length ?? 0;
                if (batch.Count < BatchRecords && characters < BatchCharacters)
                    continue;
                yield return batch;
                (batch, characters) = ([], 0);
            }

            if (batch.Count > 0)
                yield return batch;
        }

        private IEnumerable<ReadRecord> Records()
        {
            long before = 0;
            var problems = new Queue<BadRecordException>();
            for (int i = 0; i < files.Count; i++)
            {
                string path = files[i].Path;
                var reader = new RecordReader(corpus, skipsBadRecords ? problems.Enqueue : null)
                {
                    Report = Report,
                    Limit = new TextLimit(owner.PieceTokens, text => owner.Count(text)),
                };
                using CorpusContent content = CorpusContent.Open(path, corpus.LongestRecord);
                foreach (CorpusRecord record in reader.Read(content, files[i]))
                {
                    owner.Check();
                    while (problems.TryDequeue(out BadRecordException? problem))
                        yield return new(i, path, null, problem);
                    yield return new(i, path, record, null);
                    Interlocked.Exchange(ref _bytesRead, before + content.BytesRead);
                }

                while (problems.TryDequeue(out BadRecordException? problem))
                    yield return new(i, path, null, problem);
                before += RealPath.FileAt(path).Length;
            }
        }
    }

    /// <summary>Tokens of a piece of a text that is split by them: with beginning and end a row.</summary>
    private int PieceTokens => Math.Max(1, context - tokenizer.DocumentBegin.Count - 1);

    private int Count(string text) => tokenizer.Encode(text).Length;

    private void Check() => cancel.ThrowIfCancellationRequested();
}
