namespace MolEngine.Basics.Values;

/// <summary>Values in an order.</summary>
public sealed record ListValue(IReadOnlyList<DataValue> Items) : DataValue
{
    public bool Equals(ListValue? other) => other is not null && Items.SequenceEqual(other.Items);

    public override int GetHashCode() => Items.Aggregate(Items.Count, HashCode.Combine);
}
