namespace MolEngine.Kernels.Device;

/// <summary>Dimensions of a dense row-major tensor, outermost first.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    private readonly int[] _dimensions;

    public Shape(params int[] dimensions)
    {
        foreach (int d in dimensions)
            ArgumentOutOfRangeException.ThrowIfNegative(d);
        _dimensions = dimensions;
    }

    public int Rank => _dimensions.Length;

    public int this[int axis] => _dimensions[axis];

    public ReadOnlySpan<int> Dimensions => _dimensions;

    /// <summary>Number of elements.</summary>
    public long Count
    {
        get
        {
            long n = 1;
            foreach (int d in _dimensions)
                n = checked(n * d);
            return n;
        }
    }

    public bool Equals(Shape other) => Dimensions.SequenceEqual(other.Dimensions);

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int d in _dimensions)
            hash.Add(d);
        return hash.ToHashCode();
    }

    public override string ToString() => $"[{string.Join(", ", _dimensions)}]";

    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);
}
