using System.Globalization;

namespace MolEngine.Trainer.Devices;

internal enum DeviceKind
{
    /// <summary>The first GPU that will do, and the CPU where there is none.</summary>
    Auto,
    Cpu,
    Cuda,

    /// <summary>A GPU that the CPU plays: slow, exact and strict.</summary>
    Virtual,
}

/// <summary>What a person writes for a device: auto, cpu, cuda, cuda:N or virtual.</summary>
/// <param name="Ordinal">Number of the GPU; 0 where it is none.</param>
internal readonly record struct DeviceChoice(DeviceKind Kind, int Ordinal = 0)
{
    /// <summary>What may be written, for people.</summary>
    public const string Expected = "auto, cuda, cuda:N, virtual or cpu";

    private const string CudaPrefix = "cuda:";

    /// <summary>Null where the text is none of them.</summary>
    public static DeviceChoice? Parse(string text) => text switch
    {
        "auto" => new(DeviceKind.Auto),
        "cpu" => new(DeviceKind.Cpu),
        "cuda" => new(DeviceKind.Cuda),
        "virtual" => new(DeviceKind.Virtual),
        _ when text.StartsWith(CudaPrefix, StringComparison.Ordinal) && int.TryParse(
            text.AsSpan(CudaPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) =>
            new(DeviceKind.Cuda, ordinal),
        _ => null,
    };

    /// <summary>The choice as <see cref="Parse"/> reads it.</summary>
    public override string ToString() => Kind == DeviceKind.Cuda
        ? $"{CudaPrefix}{Ordinal}"
        : Kind.ToString().ToLowerInvariant();
}
