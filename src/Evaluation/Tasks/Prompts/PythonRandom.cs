namespace MolEngine.Evaluation.Tasks.Prompts;

/// <summary>
/// Python's <c>random.Random(seed)</c> as far as <c>sample</c> needs it: the Mersenne Twister MT19937 (Matsumoto and
/// Nishimura 1998), seeded by CPython's <c>init_by_array</c>. lm-evaluation-harness draws its examples with it.
/// </summary>
public sealed class PythonRandom
{
    private const int Words = 624;
    private const int Middle = 397;

    private readonly uint[] _state = new uint[Words];
    private int _at = Words;

    /// <param name="seed">At least 0.</param>
    public PythonRandom(int seed)
    {
        Seed(19650218);
        uint key = (uint)seed;
        int i = 1;
        for (int k = Words; k > 0; k--)
        {
            uint last = _state[i - 1];
            _state[i] = (_state[i] ^ ((last ^ (last >> 30)) * 1664525)) + key;
            i = Next(i);
        }

        for (int k = Words - 1; k > 0; k--)
        {
            uint last = _state[i - 1];
            _state[i] = (_state[i] ^ ((last ^ (last >> 30)) * 1566083941)) - (uint)i;
            i = Next(i);
        }

        _state[0] = 0x80000000;
    }

    /// <summary>Places of <paramref name="count"/> of <paramref name="population"/>, as <c>sample</c> draws them.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">More than there are.</exception>
    public int[] Sample(int population, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, population);
        int[] drawn = new int[count];

        // CPython draws from a pool, where that takes less room than a set of what was drawn.
        int set = 21;
        if (count > 5)
            set += (int)Math.Pow(4, Math.Ceiling(Math.Log(count * 3, 4)));
        if (population <= set)
        {
            int[] pool = [.. Enumerable.Range(0, population)];
            for (int i = 0; i < count; i++)
            {
                int at = Below(population - i);
                drawn[i] = pool[at];
                pool[at] = pool[population - i - 1];
            }

            return drawn;
        }

        var seen = new HashSet<int>();
        for (int i = 0; i < count; i++)
        {
            int at = Below(population);
            while (!seen.Add(at))
                at = Below(population);
            drawn[i] = at;
        }

        return drawn;
    }

    private void Seed(uint seed)
    {
        _state[0] = seed;
        for (int i = 1; i < Words; i++)
            _state[i] = (1812433253 * (_state[i - 1] ^ (_state[i - 1] >> 30))) + (uint)i;
    }

    /// <summary>The next place of the state; past the end the last word becomes the first.</summary>
    private int Next(int i)
    {
        if (i + 1 < Words)
            return i + 1;
        _state[0] = _state[Words - 1];
        return 1;
    }

    /// <summary>A number below a bound: as many bits as the bound has, drawn again while they are too much.</summary>
    private int Below(int bound)
    {
        int bits = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)bound);
        uint drawn = Draw() >> (32 - bits);
        while (drawn >= bound)
            drawn = Draw() >> (32 - bits);
        return (int)drawn;
    }

    private uint Draw()
    {
        if (_at == Words)
        {
            for (int i = 0; i < Words; i++)
            {
                uint y = (_state[i] & 0x80000000) | (_state[(i + 1) % Words] & 0x7fffffff);
                _state[i] = _state[(i + Middle) % Words] ^ (y >> 1) ^ ((y & 1) * 0x9908b0df);
            }

            _at = 0;
        }

        uint x = _state[_at++];
        x ^= x >> 11;
        x ^= (x << 7) & 0x9d2c5680;
        x ^= (x << 15) & 0xefc60000;
        return x ^ (x >> 18);
    }
}
