namespace MolEngine.Kernels.Tensors;

/// <summary>Dimensions of a dense row-major tensor, outermost first.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The largest number of elements whose bytes fit 63 bits, whatever their type.</summary>
    private const long MostElements = long.MaxValue / 8;

    private readonly int[] _dimensions;

    /// <exception cref="ArgumentException">A dimension is negative, or their product beyond 2^60.</exception>
    public Shape(params int[] dimensions)
    {
        _dimensions = dimensions;
        Int128 count = 1;
        foreach (int d in dimensions)
        {
            count *= d;
            if (d < 0 || count > MostElements)
            {
                throw new ArgumentException(
                    $"shape {this}: expected dimensions from 0 on and at most {MostElements} elements, got {d} in it");
            }
        }

        Count = (long)count;
    }

    public int Rank => _dimensions.Length;

    public int this[int axis] => _dimensions[axis];

    public ReadOnlySpan<int> Dimensions => _dimensions;

    /// <summary>Number of elements.</summary>
    public long Count { get; }

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
