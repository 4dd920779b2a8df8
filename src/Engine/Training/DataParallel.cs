using System.Runtime.InteropServices;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Optim;
using MolEngine.Kernels.Collectives;

namespace MolEngine.Engine.Training;

/// <summary>
/// How the ranks of a run share an update: each computes rows of the global batch, gradients are summed, and every rank
/// then makes the same update with the same bits. What a row weighs and how its dropout falls goes by its place in the
/// global batch, whoever computes it.
/// </summary>
public sealed class DataParallel : IDisposable
{
    private readonly Communicator _ranks;
    private readonly RowCost _cost;
    private readonly GradientSum? _sum;

    /// <param name="parameters">Their gradients are in host memory, unless there is one rank.</param>
    public DataParallel(Communicator ranks, ModelConfig config, IReadOnlyList<Parameter> parameters)
    {
        (_ranks, _cost) = (ranks, new RowCost(config));
        _sum = ranks.IsAlone ? null : new GradientSum(ranks, parameters.Select(p => p.Gradient));
    }

    /// <inheritdoc cref="Communicator.Rank"/>
    public int Rank => _ranks.Rank;

    /// <summary>Places of this rank's rows in a global batch, ascending.</summary>
    public int[] Own(IReadOnlyList<TokenRow> globalBatch) => Shares(globalBatch)[Rank];

    /// <summary>Places of every rank's rows in a global batch, ascending.</summary>
    public int[][] Shares(IReadOnlyList<TokenRow> globalBatch) =>
        Shares(globalBatch.Count, place => [globalBatch[place]]);

    /// <summary>Who computes which of <paramref name="count"/> things, by what their rows cost.</summary>
    public int[][] Shares(int count, Func<int, IEnumerable<TokenRow>> rows)
    {
        IEnumerable<int> all = Enumerable.Range(0, count);
        return _ranks.IsAlone
            ? [[.. all]]
            : RowShares.Deal([.. all.Select(i => rows(i).Sum(_cost.Of))], _ranks.Size);
    }

    /// <inheritdoc cref="Communicator.Progress"/>
    public void Progress() => _ranks.Progress();

    /// <summary>Every rank's gradients become the sum of all ranks'.</summary>
    public void SumGradients() => _sum?.Run();

    /// <summary>The figures of all rows of a global batch from each rank's own.</summary>
    /// <param name="own">Of this rank's rows, in the order of their places.</param>
    /// <param name="norm">Of the summed gradient, which must be the same on all ranks to the bit.</param>
    /// <exception cref="CollectiveException">A rank has another norm: its processor rounds otherwise.</exception>
    public RowFigures[] Gather(IReadOnlyList<TokenRow> globalBatch, RowFigures[] own, double norm)
    {
        if (_ranks.IsAlone)
            return own;
        int[][] shares = Shares(globalBatch);
        (double[][] means, double[] norms) =
            Gather(shares, place => own[Array.IndexOf(shares[Rank], place)].Means, norm);
        for (int rank = 1; rank < norms.Length; rank++)
            RequireSame(rank, norms[0], norms[rank]);
        return [.. means.Select((m, place) => RowFigures.Of(globalBatch[place], m))];
    }

    /// <summary>Numbers of all things, by their place, from each rank's own.</summary>
    /// <param name="shares">Who has which.</param>
    /// <param name="numbers">Of a thing that this rank has; as many of each.</param>
    public double[][] Gather(int[][] shares, Func<int, double[]> numbers) => Gather(shares, numbers, 0).All;

    /// <param name="beside">A number that each rank says of itself.</param>
    private (double[][] All, double[] Beside) Gather(int[][] shares, Func<int, double[]> numbers, double beside)
    {
        double[] own = [beside, .. shares[Rank].SelectMany(numbers)];
        byte[][] told = _ranks.Exchange(MemoryMarshal.AsBytes<double>(own));
        var all = new double[shares.Sum(s => s.Length)][];
        for (int rank = 0; rank < shares.Length; rank++)
        {
            ReadOnlySpan<double> theirs = MemoryMarshal.Cast<byte, double>(told[rank])[1..];
            int each = theirs.Length / Math.Max(1, shares[rank].Length);
            for (int i = 0; i < shares[rank].Length; i++)
                all[shares[rank][i]] = theirs.Slice(i * each, each).ToArray();
        }

        return (all, [.. told.Select(t => MemoryMarshal.Cast<byte, double>(t)[0])]);
    }

    public void Dispose() => _sum?.Dispose();

    private void RequireSame(int rank, double expected, double got)
    {
        if (BitConverter.DoubleToInt64Bits(expected) != BitConverter.DoubleToInt64Bits(got))
        {
            throw new CollectiveException(
                $"{_ranks.NameOf(rank)}: norm of the summed gradient: expected {expected:R}, as rank 0 has, got "
                + $"{got:R}: the ranks no longer train one model. Start all of them with one program, on processors "
                + "with vectors of one width.");
        }
    }
}
