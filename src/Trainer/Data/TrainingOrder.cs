using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Data;

/// <summary>A row of a corpus.</summary>
public readonly record struct RowId(int Corpus, int Row);

/// <summary>Rows of a corpus that may be trained on.</summary>
public readonly record struct CorpusRows(int Rows, bool General);

/// <summary>
/// Which rows each optimizer step sees. An epoch is every domain row once and <c>ratio</c> times as many general rows,
/// in one shuffle; epochs stream into each other. A pure function of (seed, epoch): any step is had at once, without
/// those before it. Too little general text repeats, each pass reshuffled; too much is sampled anew each epoch. Without
/// domain text an epoch is every general row.
/// </summary>
public sealed class TrainingOrder
{
    private readonly RowId[] _domain;
    private readonly RowId[] _general;
    private readonly ulong _seed;
    private readonly int _generalPerEpoch;
    private (long Epoch, RowId[] Rows) _cached = (-1, []);

    private TrainingOrder(IReadOnlyList<CorpusRows> corpora, double ratio, ulong seed, int globalBatch)
    {
        _domain = [.. RowsOf(corpora, general: false)];
        _general = [.. RowsOf(corpora, general: true)];
        _seed = seed;
        GlobalBatch = globalBatch;
        double wanted = _domain.Length == 0 ? _general.Length : ratio * _domain.Length;
        double general = _general.Length == 0 ? 0 : Math.Round(wanted, MidpointRounding.AwayFromZero);
        double perEpoch = _domain.Length + general;
        if (perEpoch < 1)
        {
            throw new UserException(
                "data: rows: expected at least one row to train on, got none. Add text, or raise ratio");
        }

        if (perEpoch > Array.MaxLength)
        {
            throw new UserException(
                $"ratio: expected at most {Array.MaxLength:N0} rows an epoch, got {perEpoch:N0}. Lower ratio");
        }

        RowsPerEpoch = (int)perEpoch;
        _generalPerEpoch = RowsPerEpoch - _domain.Length;
    }

    public int GlobalBatch { get; }

    public int RowsPerEpoch { get; }

    public int DomainRowsPerEpoch => _domain.Length;

    public int GeneralRowsPerEpoch => _generalPerEpoch;

    /// <summary>General over domain rows as it came out; NaN without domain rows.</summary>
    public double AchievedRatio => _domain.Length == 0 ? double.NaN : (double)_generalPerEpoch / _domain.Length;

    /// <summary>Rows of the whole run: round(epochs x rows of an epoch), or steps x global batch.</summary>
    public long TotalRows { get; private set; }

    /// <summary>ceil(total rows / global batch); the last step may be short.</summary>
    public long Steps => (TotalRows + GlobalBatch - 1) / GlobalBatch;

    public double Epochs => (double)TotalRows / RowsPerEpoch;

    /// <summary>The order that a config asks for.</summary>
    public static TrainingOrder For(RunConfig config, IReadOnlyList<Corpus> corpora)
    {
        CorpusRows[] rows = [.. corpora.Select(c => new CorpusRows(c.Train.Rows, c.General))];
        return config.Steps is { } steps
            ? ForSteps(rows, config.Ratio, config.Seed, config.GlobalBatch, steps)
            : ForEpochs(rows, config.Ratio, config.Seed, config.GlobalBatch, config.Epochs!.Value);
    }

    /// <param name="corpora">In the order of the config; their indices are those of <see cref="RowId.Corpus"/>.</param>
    /// <exception cref="UserException">There is no row to train on.</exception>
    public static TrainingOrder ForEpochs(
        IReadOnlyList<CorpusRows> corpora, double ratio, ulong seed, int globalBatch, double epochs)
    {
        var order = new TrainingOrder(corpora, ratio, seed, globalBatch);
        double total = Math.Round(epochs * order.RowsPerEpoch, MidpointRounding.AwayFromZero);
        order.TotalRows = Math.Max(1, (long)total);
        return order;
    }

    public static TrainingOrder ForSteps(
        IReadOnlyList<CorpusRows> corpora, double ratio, ulong seed, int globalBatch, long steps) =>
        new(corpora, ratio, seed, globalBatch) { TotalRows = checked(steps * globalBatch) };

    /// <summary>
    /// Rows that were seen before <paramref name="step"/> (from 0): the number of its first row in the run's stream.
    /// </summary>
    public long FirstPosition(long step) => step * GlobalBatch;

    /// <summary>The rows of a step (from 0), in order.</summary>
    public RowId[] RowsOfStep(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, Steps);
        long first = FirstPosition(step);
        var rows = new RowId[(int)Math.Min(GlobalBatch, TotalRows - first)];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = At(first + i);
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

    /// <summary>All rows of an epoch (from 0), shuffled.</summary>
    public RowId[] RowsOfEpoch(long epoch)
    {
        var rows = new RowId[RowsPerEpoch];
        _domain.CopyTo(rows, 0);
        Span<RowId> general = rows.AsSpan(_domain.Length);
        for (int repeat = 0; general.Length > 0; repeat++)
        {
            int[] order = new CounterRandom(_seed, (ulong)epoch, (ulong)repeat, 1).Permutation(_general.Length);
            int count = Math.Min(general.Length, order.Length);
            for (int i = 0; i < count; i++)
                general[i] = _general[order[i]];
            general = general[count..];
        }

        new CounterRandom(_seed, (ulong)epoch, 0, 0).Shuffle<RowId>(rows);
        return rows;
    }

    private static IEnumerable<RowId> RowsOf(IReadOnlyList<CorpusRows> corpora, bool general)
    {
        for (int c = 0; c < corpora.Count; c++)
        {
            for (int r = 0; corpora[c].General == general && r < corpora[c].Rows; r++)
                yield return new RowId(c, r);
        }
    }
}
