using MolEngine.Basics.Numerics;
using MolEngine.Data.Records;
using MolEngine.Data.Settings;
using MolEngine.Engine.Batches;

namespace MolEngine.Data;

/// <summary>A row of a corpus.</summary>
public readonly record struct RowId(int Corpus, int Row);

/// <summary>Rows of a corpus that may be trained on.</summary>
/// <param name="Repeat">Times that an epoch sees a domain corpus.</param>
/// <param name="Share">A general corpus's part of the general rows, relative to the others'; null for all of them:
/// every general row is as likely.</param>
public readonly record struct CorpusRows(int Rows, CorpusKind Kind, double Repeat = 1, double? Share = null)
{
    public bool IsGeneral => Kind == CorpusKind.General;
}

/// <summary>
/// Which rows each optimizer step sees. An epoch is every domain row once (or <c>repeat</c> times: whole passes, and
/// for a fraction a sample that is drawn anew each epoch) and <c>ratio</c> times as many general rows, in one shuffle;
/// epochs stream into each other. A pure function of (seed, epoch): any step is had at once, without those before it.
/// Too little general text repeats, each pass reshuffled; too much is sampled anew each epoch; with <c>share</c> that
/// holds for each general corpus by itself. Without domain text an epoch has as many rows as all general corpora.
/// </summary>
public sealed class TrainingOrder
{
    /// <summary>Keys of the streams of random numbers, after (seed, epoch).</summary>
    private const ulong ShuffleStream = 0, GeneralStream = 1, RepeatStream = 2, ShareStream = 3;

    private readonly IReadOnlyList<CorpusRows> _corpora;
    private readonly int[] _domainCounts;
    private readonly RowId[] _general;
    private readonly ulong _seed;
    private readonly int _generalPerEpoch;

    /// <summary>Rows an epoch takes of each corpus where shares are given; else null.</summary>
    private readonly int[]? _sharedCounts;

    /// <summary>The rows of every epoch, where they are given; else null.</summary>
    private readonly RowId[]? _given;
    private (long Epoch, RowId[] Rows) _cached = (-1, []);

    private TrainingOrder(IReadOnlyList<CorpusRows> corpora, double ratio, ulong seed, int globalBatch)
    {
        _corpora = corpora;
        double[] wantedDomain = [.. corpora.Select(DomainCount)];
        double domain = wantedDomain.Sum();
        _general = [.. GeneralRows(corpora)];
        _seed = seed;
        GlobalBatch = globalBatch;
        double wanted = domain == 0 ? _general.Length : ratio * domain;
        double general = _general.Length == 0 ? 0 : Math.Round(wanted, MidpointRounding.AwayFromZero);
        double perEpoch = domain + general;
        if (perEpoch < 1)
        {
            throw new UserException(
                "data: rows: expected at least one row to train on, got none. Add text, or raise ratio");
        }

        if (perEpoch > Array.MaxLength)
        {
            throw new UserException(
                $"ratio: expected at most {Array.MaxLength:N0} rows an epoch, got {perEpoch:N0}. Lower ratio or "
                    + "repeat");
        }

        RowsPerEpoch = (int)perEpoch;
        _domainCounts = [.. wantedDomain.Select(count => (int)count)];
        _generalPerEpoch = RowsPerEpoch - _domainCounts.Sum();
        CorpusRows[] usable = [.. corpora.Where(c => c.IsGeneral && c.Rows > 0)];
        bool shared = usable.Any(c => c.Share is not null);
        if (shared && usable.Any(c => c.Share is null))
            throw new ArgumentException("share: expected it for every general corpus or for none");
        if (shared)
            _sharedCounts = Shares.Apportion(_generalPerEpoch, [.. corpora.Select(Weight)]);
    }

    private TrainingOrder(IReadOnlyList<CorpusRows> corpora, RowId[] epoch, int globalBatch)
    {
        int Count(int corpus) => epoch.Count(r => r.Corpus == corpus);
        _corpora = corpora;
        _given = epoch;
        _general = [];
        GlobalBatch = globalBatch;
        RowsPerEpoch = epoch.Length;
        _domainCounts = [.. corpora.Select((c, i) => c.IsGeneral ? 0 : Count(i))];
        _sharedCounts = [.. corpora.Select((c, i) => c.IsGeneral ? Count(i) : 0)];
        _generalPerEpoch = _sharedCounts.Sum();
    }

    public int GlobalBatch { get; private set; }

    public int RowsPerEpoch { get; }

    public int DomainRowsPerEpoch => _domainCounts.Sum();

    public int GeneralRowsPerEpoch => _generalPerEpoch;

    /// <summary>General over domain rows as it came out; NaN without domain rows.</summary>
    public double AchievedRatio => DomainRowsPerEpoch == 0 ? double.NaN : (double)_generalPerEpoch / DomainRowsPerEpoch;

    /// <summary>
    /// Rows that an epoch takes of a corpus: by its repeat or share; without shares, on average, its part by size.
    /// </summary>
    public double RowsPerEpochOf(int corpus)
    {
        CorpusRows rows = _corpora[corpus];
        if (!rows.IsGeneral)
            return _domainCounts[corpus];
        return _sharedCounts?[corpus] ?? (double)_generalPerEpoch * rows.Rows / Math.Max(1, _general.Length);
    }

    /// <summary>Rows of the whole run: round(epochs x rows of an epoch), or steps x global batch.</summary>
    public long TotalRows { get; private set; }

    /// <summary>ceil(total rows / global batch); the last step may be short.</summary>
    public long Steps => (TotalRows + GlobalBatch - 1) / GlobalBatch;

    public double Epochs => (double)TotalRows / RowsPerEpoch;

    /// <summary>The order that a config asks for.</summary>
    public static TrainingOrder For(OrderSettings order, DataSettings data, IReadOnlyList<Corpus> corpora)
    {
        CorpusRows[] rows =
            [.. corpora.Zip(data.Corpora, (c, s) => new CorpusRows(c.Train.Rows, c.Kind, s.Repeat, s.Share))];
        var made = new TrainingOrder(rows, order.Ratio, order.Seed, order.LargestBatch);

        // Where steps are given, a step is an epoch at most.
        made.GlobalBatch = order.BatchOf((order.Epochs ?? OrderSettings.FewSteps) * made.RowsPerEpoch);
        made.TotalRows = order.Steps is { } steps
            ? checked(steps * made.GlobalBatch)
            : made.RowsOf(order.Epochs!.Value);
        return made;
    }

    /// <param name="corpora">In the order of the config; their indices are those of <see cref="RowId.Corpus"/>.</param>
    /// <exception cref="UserException">There is no row to train on.</exception>
    public static TrainingOrder ForEpochs(
        IReadOnlyList<CorpusRows> corpora, double ratio, ulong seed, int globalBatch, double epochs)
    {
        var order = new TrainingOrder(corpora, ratio, seed, globalBatch);
        order.TotalRows = order.RowsOf(epochs);
        return order;
    }

    public static TrainingOrder ForSteps(
        IReadOnlyList<CorpusRows> corpora, double ratio, ulong seed, int globalBatch, long steps) =>
        new(corpora, ratio, seed, globalBatch) { TotalRows = checked(steps * globalBatch) };

    /// <summary>An order that is given, row for row that of every epoch, instead of a shuffle.</summary>
    public static TrainingOrder Given(
        IReadOnlyList<CorpusRows> corpora, IReadOnlyList<RowId> epoch, int globalBatch, long steps) =>
        new(corpora, [.. epoch], globalBatch) { TotalRows = checked(steps * globalBatch) };

    /// <summary>
    /// Rows that were seen before <paramref name="step"/> (from 0): the number of its first row in the run's stream.
    /// </summary>
    public long FirstPosition(long step) => step * GlobalBatch;

    /// <summary>The rows of a step (from 0), in order.</summary>
    /// <param name="skipped">Batches of the stream that were passed over before it.</param>
    public RowId[] RowsOfStep(long step, long skipped = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, Steps);
        long first = FirstPosition(step);
        var rows = new RowId[(int)Math.Min(GlobalBatch, TotalRows - first)];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = At(first + (skipped * GlobalBatch) + i);
        return rows;
    }

    /// <summary>The row at a position of the run's stream.</summary>
    public RowId At(long position)
    {
        long epoch = position / RowsPerEpoch;
        if (_cached.Epoch != epoch)
            _cached = (epoch, RowsOfEpoch(epoch));
        return _cached.Rows[(int)(position % RowsPerEpoch)];
    }

    /// <summary>All rows of an epoch (from 0), shuffled unless they are given.</summary>
    public RowId[] RowsOfEpoch(long epoch)
    {
        if (_given is not null)
            return [.. _given];
        var rows = new RowId[RowsPerEpoch];
        Span<RowId> rest = rows;
        for (int c = 0; c < _corpora.Count; c++)
        {
            FillDomain(rest[.._domainCounts[c]], c, epoch);
            rest = rest[_domainCounts[c]..];
        }

        if (_sharedCounts is null)
            FillGeneral(rest, _general, epoch, GeneralStream, 0);
        for (int c = 0; _sharedCounts is not null && c < _corpora.Count; c++)
        {
            RowId[] own = [.. Enumerable.Range(0, _corpora[c].Rows).Select(r => new RowId(c, r))];
            FillGeneral(rest[.._sharedCounts[c]], own, epoch, ShareStream, (ulong)c);
            rest = rest[_sharedCounts[c]..];
        }

        new CounterRandom(_seed, (ulong)epoch, 0, ShuffleStream).Shuffle<RowId>(rows);
        return rows;
    }

    private long RowsOf(double epochs) =>
        Math.Max(1, (long)Math.Round(epochs * RowsPerEpoch, MidpointRounding.AwayFromZero));

    /// <summary>Whole passes over a domain corpus, then a sample of its rows.</summary>
    private void FillDomain(Span<RowId> rows, int corpus, long epoch)
    {
        int size = _corpora[corpus].Rows;
        int passes = size == 0 ? 0 : rows.Length / size;
        for (int i = 0; i < passes * size; i++)
            rows[i] = new RowId(corpus, i % size);
        Span<RowId> sample = rows[(passes * size)..];
        if (sample.Length == 0)
            return;
        int[] order = new CounterRandom(_seed, (ulong)epoch, (ulong)corpus, RepeatStream).Permutation(size);
        for (int i = 0; i < sample.Length; i++)
            sample[i] = new RowId(corpus, order[i]);
    }

    /// <summary>Passes over rows, each in an order of its own, until all places are taken.</summary>
    private void FillGeneral(Span<RowId> places, RowId[] rows, long epoch, ulong stream, ulong corpus)
    {
        for (ulong pass = 0; places.Length > 0; pass++)
        {
            CounterRandom random = stream == GeneralStream
                ? new(_seed, (ulong)epoch, pass, stream)
                : new(_seed, (ulong)epoch, pass, stream, corpus);
            int[] order = random.Permutation(rows.Length);
            int count = Math.Min(places.Length, order.Length);
            for (int i = 0; i < count; i++)
                places[i] = rows[order[i]];
            places = places[count..];
        }
    }

    /// <summary>Rows that an epoch takes of a domain corpus: at least one, where it has any.</summary>
    private static double DomainCount(CorpusRows corpus) => corpus.IsGeneral || corpus.Rows == 0
        ? 0
        : Math.Max(1, Math.Round(corpus.Repeat * corpus.Rows, MidpointRounding.AwayFromZero));

    /// <summary>A corpus without rows has no part, whatever its share.</summary>
    private static double Weight(CorpusRows corpus) => corpus.IsGeneral && corpus.Rows > 0 ? corpus.Share ?? 0 : 0;

    private static IEnumerable<RowId> GeneralRows(IReadOnlyList<CorpusRows> corpora)
    {
        for (int c = 0; c < corpora.Count; c++)
        {
            for (int r = 0; corpora[c].IsGeneral && r < corpora[c].Rows; r++)
                yield return new RowId(c, r);
        }
    }
}
