using System.Numerics;
using MolEngine.Engine.Training;

namespace MolEngine.Engine.Generation;

/// <summary>Passes over the logits [V] of one token, in float64 where they sum.</summary>
internal static class LogitRow
{
    private const int SmallestBuffer = 1024;

    /// <summary>The place of the largest logit, the first of those that are equal.</summary>
    /// <param name="where">What the logits are of, for the error.</param>
    /// <exception cref="NonFiniteException">A logit is NaN or positive infinity, or none is finite.</exception>
    public static int ArgMax(ReadOnlySpan<float> logits, string where)
    {
        float most = float.NegativeInfinity;
        int i = 0, width = Vector<float>.Count;
        if (logits.Length >= width)
        {
            var largest = new Vector<float>(logits);
            for (i = width; i + width <= logits.Length; i += width)
                largest = Vector.Max(largest, new Vector<float>(logits[i..]));
            for (int j = 0; j < width; j++)
                most = MathF.Max(most, largest[j]);
        }

        for (; i < logits.Length; i++)
            most = MathF.Max(most, logits[i]);
        if (!float.IsFinite(most))
            throw Broken(logits, where);
        return First(logits, most, 0);
    }

    /// <summary>ln of the sum of exp(logit).</summary>
    /// <param name="most">The largest logit.</param>
    public static double LogSumExp(ReadOnlySpan<float> logits, float most) =>
        most + Math.Log(SumOfExponentials(logits, most, 1));

    /// <summary>The sum of exp(factor (logit - most)).</summary>
    public static double SumOfExponentials(ReadOnlySpan<float> logits, float most, double factor)
    {
        Vector<double> sum = default, shift = new(most), scale = new(factor);
        int i = 0;
        for (; i + Vector<float>.Count <= logits.Length; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(logits[i..]), out Vector<double> low, out Vector<double> high);
            sum += Vector.Exp((low - shift) * scale) + Vector.Exp((high - shift) * scale);
        }

        double total = Vector.Sum(sum);
        for (; i < logits.Length; i++)
            total += Math.Exp((logits[i] - (double)most) * factor);
        return total;
    }

    /// <summary>The n largest with their log-probabilities, the largest first, of equal ones the lower id.</summary>
    /// <param name="logSumExp">Of all logits.</param>
    public static IReadOnlyList<TokenLogProb> Top(ReadOnlySpan<float> logits, int n, double logSumExp)
    {
        if (n == 0)
            return [];
        n = Math.Min(n, logits.Length);
        var ids = new List<int>();
        Gather(logits, Largest(logits, n), ids);
        var top = new TokenLogProb[ids.Count];
        for (int i = 0; i < top.Length; i++)
            top[i] = new TokenLogProb(ids[i], logits[ids[i]] - logSumExp);
        Array.Sort(top, (a, b) => a.LogProb == b.LogProb ? a.Id.CompareTo(b.Id) : b.LogProb.CompareTo(a.LogProb));
        return top[..n];
    }

    /// <summary>The k-th largest value, by a buffer of the largest so far.</summary>
    /// <param name="k">1 .. V.</param>
    public static float Largest(ReadOnlySpan<float> logits, int k)
    {
        float[] buffer = new float[Math.Max(2 * k, SmallestBuffer)];
        float least = float.NegativeInfinity;
        int count = 0, i = 0;
        while (i < logits.Length)
        {
            i = NextAbove(logits, least, i);
            if (i == logits.Length)
                break;
            buffer[count++] = logits[i++];
            if (count < buffer.Length)
                continue;
            least = Select(buffer, k);
            count = k;
        }

        // What was never above the least of k others is not among the k largest, or equals the last of them.
        return count < k ? float.NegativeInfinity : Select(buffer.AsSpan(0, count), k);
    }

    /// <summary>Adds the places of logits of at least a value, ascending.</summary>
    public static void Gather(ReadOnlySpan<float> logits, float least, List<int> ids)
    {
        int width = Vector<float>.Count, i = 0;
        var bound = new Vector<float>(least);
        for (; i + width <= logits.Length; i += width)
        {
            if (!Vector.GreaterThanOrEqualAny(new Vector<float>(logits[i..]), bound))
                continue;
            for (int j = i; j < i + width; j++)
            {
                if (logits[j] >= least)
                    ids.Add(j);
            }
        }

        for (; i < logits.Length; i++)
        {
            if (logits[i] >= least)
                ids.Add(i);
        }
    }

    /// <summary>Moves the k largest to the front; returns the least of them (Hoare's quickselect).</summary>
    private static float Select(Span<float> values, int k)
    {
        int low = 0, high = values.Length - 1;
        while (low < high)
        {
            float pivot = values[(low + high) / 2];
            int i = low, j = high;
            while (i <= j)
            {
                while (values[i] > pivot)
                    i++;
                while (values[j] < pivot)
                    j--;
                if (i > j)
                    break;
                (values[i], values[j]) = (values[j], values[i]);
                i++;
                j--;
            }

            if (k - 1 <= j)
                high = j;
            else if (k - 1 >= i)
                low = i;
            else
                break;
        }

        return values[k - 1];
    }

    private static int NextAbove(ReadOnlySpan<float> logits, float least, int from)
    {
        var bound = new Vector<float>(least);
        int width = Vector<float>.Count;
        while (from + width <= logits.Length && !Vector.GreaterThanAny(new Vector<float>(logits[from..]), bound))
            from += width;
        while (from < logits.Length && !(logits[from] > least))
            from++;
        return from;
    }

    private static int First(ReadOnlySpan<float> logits, float value, int from)
    {
        var wanted = new Vector<float>(value);
        int width = Vector<float>.Count;
        while (from + width <= logits.Length && !Vector.EqualsAny(new Vector<float>(logits[from..]), wanted))
            from += width;
        while (logits[from] != value)
            from++;
        return from;
    }

    private static NonFiniteException Broken(ReadOnlySpan<float> logits, string where)
    {
        for (int i = 0; i < logits.Length; i++)
        {
            if (!(logits[i] < float.PositiveInfinity))
            {
                return new NonFiniteException(
                    $"{where}: logit of token {i}: expected a finite number, got {logits[i]}. The model's weights or "
                    + "the adapter are broken.");
            }
        }

        return new NonFiniteException(
            $"{where}: logits: expected at least one that is finite, got none. The model's weights or the adapter are "
            + "broken.");
    }
}
