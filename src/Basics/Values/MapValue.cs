using System.Diagnostics.CodeAnalysis;

namespace MolEngine.Basics.Values;

/// <summary>
/// Values under names, in the order in which they were written. Two maps are equal where their entries are, in order.
/// </summary>
/// <param name="Entries">A name stands there once.</param>
public sealed record MapValue(IReadOnlyList<KeyValuePair<string, DataValue>> Entries) : DataValue
{
    public static MapValue Empty { get; } = new([]);

    /// <summary>The value under a name; null where there is none.</summary>
    public DataValue? this[string name] => TryGet(name, out DataValue? value) ? value : null;

    /// <summary>Finds the value under a name. Maps are small: their entries are looked through.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out DataValue? value)
    {
        foreach ((string key, DataValue found) in Entries)
        {
            if (key == name)
            {
                value = found;
                return true;
            }
        }

        value = null;
        return false;
    }

    public bool Equals(MapValue? other) => other is not null && Entries.SequenceEqual(other.Entries);

    public override int GetHashCode() => Entries.Aggregate(Entries.Count, HashCode.Combine);
}
