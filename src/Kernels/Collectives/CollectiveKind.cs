namespace MolEngine.Kernels.Collectives;

/// <summary>What ranks do together.</summary>
public enum CollectiveKind
{
    AllReduce = 1,
    ReduceScatter,
    AllGather,
    Broadcast,
    Exchange,
    Share,
}
