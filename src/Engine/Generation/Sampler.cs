using MolEngine.Basics.Numerics;

namespace MolEngine.Engine.Generation;

/// <summary>
/// Draws tokens from the distribution that <see cref="SamplingSettings"/> make of logits. The vocabulary is never
/// sorted: cuts are found by thresholds, and only what stays is looked at one by one, in float64.
/// </summary>
/// <param name="seed">With a token's number it fixes the random number that draws it.</param>
internal sealed class Sampler(SamplingSettings settings, ulong seed)
{
    /// <summary>Buckets of logits below the largest, each 1 / 16 wide after the temperature.</summary>
    private const int Buckets = 512, BucketsPerUnit = 16;

    /// <summary>Logits whose exponentials are summed at a time where none is cut.</summary>
    private const int Block = 1024;

    private readonly CounterRandom _random = CounterRandom.For(seed, "sampling");
    private readonly List<int> _ids = [];
    private readonly List<double> _weights = [];

    /// <summary>A token drawn at random.</summary>
    /// <param name="logits">[V], penalties applied; finite or negative infinity.</param>
    /// <param name="most">The largest of them.</param>
    /// <param name="number">The token's, counted from the first that is drawn.</param>
    public int Next(ReadOnlySpan<float> logits, float most, ulong number)
    {
        double random = _random.Uniform(number);
        if (!Cut(logits, most))
            return DrawOfAll(logits, most, random);
        double sum = 0;
        foreach (double weight in _weights)
            sum += weight;
        double rest = random * sum;
        for (int i = 0; i < _ids.Count; i++)
        {
            rest -= _weights[i];
            if (rest < 0)
                return _ids[i];
        }

        return _ids[^1];
    }

    /// <summary>The distribution [V] that tokens are drawn from; what the settings leave out is exactly 0.</summary>
    /// <param name="logits">[V], penalties applied; finite or negative infinity.</param>
    /// <param name="most">The largest of them.</param>
    public double[] Probabilities(ReadOnlySpan<float> logits, float most)
    {
        double[] all = new double[logits.Length];
        if (!Cut(logits, most))
        {
            for (int i = 0; i < all.Length; i++)
                all[i] = Weight(logits[i], most);
        }
        else
        {
            for (int i = 0; i < _ids.Count; i++)
                all[_ids[i]] = _weights[i];
        }

        double sum = all.Sum();
        for (int i = 0; i < all.Length; i++)
            all[i] /= sum;
        return all;
    }

    /// <summary>Finds what stays, with exp((logit - most) / T); false where all of it does.</summary>
    private bool Cut(ReadOnlySpan<float> logits, float most)
    {
        _ids.Clear();
        _weights.Clear();
        bool isTopK = settings.TopK > 0 && settings.TopK < logits.Length;
        if (!isTopK && settings.TopP >= 1 && settings.MinP == 0)
            return false;
        float least = isTopK ? LogitRow.Largest(logits, settings.TopK) : float.NegativeInfinity;
        if (settings.TopP < 1)
        {
            Nucleus(logits, most, least);
        }
        else
        {
            // A little below where min-p cuts: the exact test follows.
            double bound = settings.MinP > 0 ? most + ((Math.Log(settings.MinP) - 0.01) * settings.Temperature) : least;
            LogitRow.Gather(logits, Math.Max(least, (float)bound), _ids);
        }

        Weigh(logits, most);
        return true;
    }

    /// <summary>
    /// Gathers the fewest most probable of those of at least <paramref name="least"/> that together reach p: buckets of
    /// logits tell where it is reached, and that one is sorted. Of equal ones the lower ids go first.
    /// </summary>
    private void Nucleus(ReadOnlySpan<float> logits, float most, float least)
    {
        Span<double> masses = stackalloc double[Buckets];
        masses.Clear();
        double all = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (!(logits[i] >= least))
                continue;
            double weight = Weight(logits[i], most);
            masses[Bucket(logits[i], most)] += weight;
            all += weight;
        }

        double above = 0, wanted = settings.TopP * all;
        int last = 0;
        while (last + 1 < Buckets && above + masses[last] < wanted)
            above += masses[last++];
        var border = new List<int>();
        for (int i = 0; i < logits.Length; i++)
        {
            if (!(logits[i] >= least))
                continue;
            int bucket = Bucket(logits[i], most);
            if (bucket < last)
                _ids.Add(i);
            else if (bucket == last)
                border.Add(i);
        }

        KeepOfBorder(logits, most, border, above, wanted);
        _ids.Sort();
    }

    private void KeepOfBorder(ReadOnlySpan<float> logits, float most, List<int> border, double above, double wanted)
    {
        (float Logit, int Id)[] sorted = new (float, int)[border.Count];
        for (int i = 0; i < sorted.Length; i++)
            sorted[i] = (logits[border[i]], border[i]);
        Array.Sort(sorted, (a, b) => a.Logit == b.Logit ? b.Id.CompareTo(a.Id) : b.Logit.CompareTo(a.Logit));
        foreach ((float logit, int id) in sorted)
        {
            if (above >= wanted && _ids.Count > 0)
                break;
            _ids.Add(id);
            above += Weight(logit, most);
        }
    }

    private void Weigh(ReadOnlySpan<float> logits, float most)
    {
        int kept = 0;
        for (int i = 0; i < _ids.Count; i++)
        {
            double weight = Weight(logits[_ids[i]], most);
            if (weight < settings.MinP)
                continue;
            _ids[kept++] = _ids[i];
            _weights.Add(weight);
        }

        _ids.RemoveRange(kept, _ids.Count - kept);
    }

    /// <summary>Two passes: sums of blocks, then the block that the random number falls into.</summary>
    private int DrawOfAll(ReadOnlySpan<float> logits, float most, double random)
    {
        double[] sums = new double[(logits.Length + Block - 1) / Block];
        double all = 0;
        for (int b = 0; b < sums.Length; b++)
            all += sums[b] = LogitRow.SumOfExponentials(BlockOf(logits, b), most, 1 / settings.Temperature);
        double rest = random * all;
        int block = 0;
        while (block + 1 < sums.Length && rest >= sums[block])
            rest -= sums[block++];
        int last = -1;
        while (true)
        {
            ReadOnlySpan<float> part = BlockOf(logits, block);
            for (int i = 0; i < part.Length; i++)
            {
                double weight = Weight(part[i], most);
                if (weight == 0)
                    continue;
                last = (block * Block) + i;
                rest -= weight;
                if (rest < 0)
                    return last;
            }

            // Rounding alone leads here: the last one that can be drawn it is, or the first of what follows.
            if (last >= 0 || block + 1 == sums.Length)
                return Math.Max(last, 0);
            block++;
        }
    }

    private static ReadOnlySpan<float> BlockOf(ReadOnlySpan<float> logits, int block) =>
        logits.Slice(block * Block, Math.Min(Block, logits.Length - (block * Block)));

    private double Weight(float logit, float most) => Math.Exp((logit - (double)most) / settings.Temperature);

    private int Bucket(float logit, float most) =>
        (int)Math.Min(Buckets - 1, ((double)most - logit) / settings.Temperature * BucketsPerUnit);
}
