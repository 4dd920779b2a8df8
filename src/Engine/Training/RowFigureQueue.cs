using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Training;

/// <summary>
/// Figures of rows that have been computed: sums are taken where the backend computes, and read all at once, so that a
/// device is waited for once in a batch of any number of micro-batches.
/// </summary>
internal sealed class RowFigureQueue(Ops ops, Arena arena)
{
    /// <summary>Rows of a table, where a micro-batch has no more.</summary>
    private const int TableRows = 256;

    /// <summary>The place of the mass outside the base's top n among the sums.</summary>
    private const int TailMass = 2;

    private readonly List<Tensor> _tables = [];
    private readonly List<(TokenRow Row, bool HasBase, int Table, int At)> _rows = [];

    /// <summary>Queues the sums of a micro-batch.</summary>
    /// <param name="rows">As the batch was filled with.</param>
    public void Queue(IReadOnlyList<TokenRow> rows, HeadResult result, TokenBatch batch, bool hasBase)
    {
        (int table, int at) = _rows.Count == 0 ? (0, 0) : (_rows[^1].Table, _rows[^1].At + 1);
        if (table < _tables.Count && at + rows.Count > _tables[table].Shape[0])
            (table, at) = (table + 1, 0);
        if (table == _tables.Count)
        {
            _tables.Add(arena.Allocate(
                "sums of rows", DType.F64, Math.Max(TableRows, rows.Count), Ops.RowSums));
        }

        ops.HeadRowSums(result, batch.Targets, batch.Layout, _tables[table].Slice(at, rows.Count));
        _rows.AddRange(rows.Select((r, i) => (r, hasBase, table, at + i)));
    }

    /// <summary>Figures of all rows that are queued, which then are no more.</summary>
    /// <param name="beside">Read in the same wait.</param>
    public RowFigures[] Collect(params (Tensor Source, double[] Destination)[] beside)
    {
        (Tensor Source, double[] Destination)[] tables =
        [
            .. _rows.Select(r => r.Table).Distinct().Select(t => (_tables[t], new double[_tables[t].Count])),
        ];
        ops.Download([.. tables, .. beside]);
        double[][] sums = [.. tables.Select(t => t.Destination)];
        RowFigures[] figures = [.. _rows.Select(r => Of(r.Row, r.HasBase, sums[r.Table].AsSpan(r.At * Ops.RowSums)))];
        _rows.Clear();
        return figures;
    }

    /// <summary>Forgets what is queued: of a batch that was given up.</summary>
    public void Clear() => _rows.Clear();

    private static RowFigures Of(TokenRow row, bool hasBase, ReadOnlySpan<double> sums)
    {
        int divisor = Math.Max(row.EffectiveTokens, 1);
        double[] means = [.. sums[..RowFigures.MeanCount]];
        for (int i = 0; i < means.Length; i++)
            means[i] /= divisor;
        means[TailMass] = hasBase ? means[TailMass] : 0;
        return RowFigures.Of(row, means);
    }
}
