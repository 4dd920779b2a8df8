using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Planning;

/// <summary>A model of GPU, by its maker's figures; or a GPU at hand.</summary>
/// <param name="Key">As a person types it.</param>
/// <param name="MemoryBytes">That a program can have: what nvidia-smi shows; of a GPU at hand, what is free.</param>
/// <param name="Bf16Flops">Dense bf16 products with fp32 sums, a second (of a CPU that is planned for like a GPU, fp32
/// ones); 0 where it is not known.</param>
/// <param name="MemoryBandwidth">Bytes a second; 0 where it is not known.</param>
/// <param name="LinkBandwidth">Bytes a second to the host, and as many back at the same time; 0 where it is not known.
/// </param>
public sealed record GpuModel(
    string Key, string Name, ComputeCapability Capability, int Multiprocessors, long MemoryBytes, double Bf16Flops,
    double MemoryBandwidth, double LinkBandwidth)
{
    /// <summary>16 lanes of PCI Express, less its encoding.</summary>
    private const double Pcie4 = 31.5e9, Pcie5 = 63e9;

    private readonly MultiprocessorLimits? _limits;

    /// <summary>Of each multiprocessor: by the architecture's table, or as the driver of a GPU at hand says.</summary>
    public MultiprocessorLimits Limits
    {
        get => _limits ?? MultiprocessorLimits.Of(Capability);
        init => _limits = value;
    }

    /// <summary>NVIDIA's data sheets and architecture white papers of each.</summary>
    public static readonly IReadOnlyList<GpuModel> All =
    [
        new("h200", "H200 SXM", new(9, 0), 132, 143771L << 20, 989e12, 4.8e12, Pcie5),
        new("h100", "H100 SXM", new(9, 0), 132, 81559L << 20, 989e12, 3.35e12, Pcie5),
        new("h100-pcie", "H100 PCIe", new(9, 0), 114, 81559L << 20, 756e12, 2.04e12, Pcie5),
        new("a100", "A100 SXM 80 GB", new(8, 0), 108, 81920L << 20, 312e12, 2.039e12, Pcie4),
        new("a100-40", "A100 SXM 40 GB", new(8, 0), 108, 40960L << 20, 312e12, 1.555e12, Pcie4),
        new("l40s", "L40S", new(8, 9), 142, 46068L << 20, 362e12, 0.864e12, Pcie4),
        new("l4", "L4", new(8, 9), 58, 23034L << 20, 121e12, 0.3e12, Pcie4),
        new("a6000", "RTX A6000", new(8, 6), 84, 49140L << 20, 154.8e12, 0.768e12, Pcie4),
        new("4090", "GeForce RTX 4090", new(8, 9), 128, 24564L << 20, 165.2e12, 1.008e12, Pcie4),
        new("3090", "GeForce RTX 3090", new(8, 6), 82, 24576L << 20, 71e12, 0.936e12, Pcie4),
    ];

    /// <summary>Null where none is called so.</summary>
    public static GpuModel? Find(string key) => All.FirstOrDefault(d => d.Key == key);
}
