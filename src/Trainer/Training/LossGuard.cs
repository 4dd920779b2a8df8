namespace MolEngine.Trainer.Training;

/// <summary>A loss that jumped and did not come back.</summary>
/// <param name="First">The first step (from 1) whose loss is beyond what the steps before it had.</param>
/// <param name="Last">The last of them so far.</param>
/// <param name="Least">The least of their losses.</param>
/// <param name="Most">The largest of their losses.</param>
/// <param name="Usual">Median of the losses before.</param>
/// <param name="Before">How many those are.</param>
internal sealed record LossSpike(long First, long Last, double Least, double Most, double Usual, int Before)
{
    /// <summary>
    /// Steps that are surely finished before it: the update that ruined the model may be the one before the first loss
    /// that shows it.
    /// </summary>
    public long GoodThrough => First - 2;
}

/// <summary>
/// Finds spikes of the loss: some steps in a row, each far above the steps before. Far is ten standard deviations, as
/// the median of the deviations tells them, and twice the median. One odd batch alone is none; a loss that has settled
/// at another level is one spike, not many.
/// </summary>
internal sealed class LossGuard
{
    /// <summary>Steps in a row that make a spike.</summary>
    public const int InARow = 3;

    /// <summary>Steps that a loss is held against.</summary>
    public const int Window = 32;

    /// <summary>Of fewer steps nothing is said.</summary>
    public const int Fewest = 12;

    private const double Deviations = 10;

    /// <summary>Standard deviation of a normal distribution over its median absolute deviation.</summary>
    private const double NormalScale = 1.4826;

    private readonly Queue<double> _usual = new();
    private readonly List<double> _high = [];

    /// <summary>Takes the loss of a step.</summary>
    /// <param name="step">Steps that are finished with it.</param>
    /// <returns>The spike that it completes; else null.</returns>
    public LossSpike? Add(long step, double loss)
    {
        if (_usual.Count < Fewest || loss <= Limit(out double median))
        {
            // Odd batches are no part of what is usual.
            _high.Clear();
            Remember(loss);
            return null;
        }

        _high.Add(loss);
        if (_high.Count < InARow)
            return null;
        var spike = new LossSpike(step - InARow + 1, step, _high.Min(), _high.Max(), median, _usual.Count);
        _usual.Clear();
        _high.Clear();
        return spike;
    }

    private void Remember(double loss)
    {
        _usual.Enqueue(loss);
        if (_usual.Count > Window)
            _usual.Dequeue();
    }

    private double Limit(out double median)
    {
        double middle = median = Median(_usual);
        double deviation = NormalScale * Median(_usual.Select(x => Math.Abs(x - middle)));
        return middle + Math.Max(Deviations * deviation, Math.Abs(middle));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
