namespace MolEngine.Kernels.Device;

/// <summary>What a GPU's processors can do: 8.0 for sm_80.</summary>
public readonly record struct ComputeCapability(int Major, int Minor) : IComparable<ComputeCapability>
{
    /// <summary>Ampere: the first with bf16 tensor cores and asynchronous copies.</summary>
    public static readonly ComputeCapability Least = new(8, 0);

    /// <summary>80 for 8.0: how NVRTC numbers architectures.</summary>
    public int Number => (10 * Major) + Minor;

    public static ComputeCapability Of(int number) => new(number / 10, number % 10);

    public int CompareTo(ComputeCapability other) => Number.CompareTo(other.Number);

    public override string ToString() => $"{Major}.{Minor}";

    public static bool operator <(ComputeCapability a, ComputeCapability b) => a.CompareTo(b) < 0;

    public static bool operator >(ComputeCapability a, ComputeCapability b) => a.CompareTo(b) > 0;

    public static bool operator <=(ComputeCapability a, ComputeCapability b) => a.CompareTo(b) <= 0;

    public static bool operator >=(ComputeCapability a, ComputeCapability b) => a.CompareTo(b) >= 0;
}
