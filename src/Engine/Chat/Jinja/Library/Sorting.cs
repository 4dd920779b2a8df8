using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>Python's <c>sorted</c>: equal items keep their order, backwards too.</summary>
internal static class Sorting
{
    /// <exception cref="TemplateFault">Two keys have no order.</exception>
    public static IReadOnlyList<T> Sort<T>(IEnumerable<T> items, Func<T, Value> key, bool isReversed = false)
    {
        (T Item, Value Key)[] keyed = [.. items.Select(i => (i, key(i)))];
        var other = new (T Item, Value Key)[keyed.Length];
        for (int run = 1; run < keyed.Length; run *= 2)
        {
            for (int start = 0; start < keyed.Length; start += 2 * run)
            {
                Merge(
                    keyed, other, start, Math.Min(start + run, keyed.Length),
                    Math.Min(start + (2 * run), keyed.Length), isReversed);
            }

            (keyed, other) = (other, keyed);
        }

        return [.. keyed.Select(k => k.Item)];
    }

    private static void Merge<T>(
        (T Item, Value Key)[] from, (T Item, Value Key)[] to, int start, int middle, int end, bool isReversed)
    {
        int a = start, b = middle;
        for (int i = start; i < end; i++)
        {
            bool takesSecond = a >= middle || (b < end && Precedes(from[b].Key, from[a].Key, isReversed));
            to[i] = takesSecond ? from[b++] : from[a++];
        }
    }

    private static bool Precedes(Value a, Value b, bool isReversed) =>
        isReversed ? Operators.IsLess(b, a, orEqual: false) : Operators.IsLess(a, b, orEqual: false);
}
