using System.Numerics;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>What stands in <c>[start:stop:step]</c>; null for what is left out.</summary>
internal readonly record struct SliceBounds(Value? Start, Value? Stop, Value? Step)
{
    /// <summary>The places that the slice takes of a sequence, in order.</summary>
    /// <exception cref="TemplateFault">A bound is no whole number, or the step is 0.</exception>
    public IEnumerable<int> Places(int length)
    {
        (int start, int stop, int step) = Resolve(length);
        return Walk(start, stop, step);
    }

    /// <summary>The slice's bounds in a sequence of a length: the stop may be -1.</summary>
    public (int Start, int Stop, int Step) Resolve(int length)
    {
        BigInteger step = Whole(Step) ?? 1;
        if (step.IsZero)
            throw TemplateFault.Value("slice step cannot be zero");
        bool backwards = step.Sign < 0;
        int least = backwards ? -1 : 0, most = backwards ? length - 1 : length;
        int start = Bound(Whole(Start), backwards ? most : least, length, least, most);
        int stop = Bound(Whole(Stop), backwards ? least : most, length, least, most);
        return (start, stop, (int)BigInteger.Max(BigInteger.Min(step, int.MaxValue), -int.MaxValue));
    }

    private static IEnumerable<int> Walk(long start, long stop, long step)
    {
        for (long i = start; step > 0 ? i < stop : i > stop; i += step)
            yield return (int)i;
    }

    private static int Bound(BigInteger? given, int otherwise, int length, int least, int most)
    {
        if (given is not BigInteger bound)
            return otherwise;
        if (bound.Sign < 0)
            bound += length;
        return (int)BigInteger.Max(least, BigInteger.Min(bound, most));
    }

    private static BigInteger? Whole(Value? bound) => bound switch
    {
        null or None => null,
        Int i => i.Number,
        _ => throw TemplateFault.Type("slice indices must be integers or None or have an __index__ method"),
    };
}
