using System.Runtime.InteropServices;
using MolEngine.Kernels.Collectives;

namespace MolEngine.Trainer.Ranks;

/// <summary>What all ranks do next.</summary>
internal enum RankTask
{
    /// <summary>Load model and data, or load them anew.</summary>
    Load,

    /// <summary>Take rank 0's parameters and moments.</summary>
    State,

    /// <summary>The norms of domain and general gradients.</summary>
    GradientNorms,

    Update,

    Validate,

    /// <summary>The run is over.</summary>
    End,
}

/// <summary>Rank 0's word on what comes next.</summary>
/// <param name="Step">Steps that are finished; of <see cref="RankTask.State"/>, the optimizer's; of
/// <see cref="RankTask.End"/>, an <see cref="ExitCode"/>.</param>
/// <param name="Skipped">Batches of the stream of rows that were passed over.</param>
internal readonly record struct RankOrder(RankTask Task, long Step = 0, long Skipped = 0)
{
    public void Tell(Communicator ranks) =>
        ranks.Share(MemoryMarshal.AsBytes<long>([(long)Task, Step, Skipped]), root: 0);

    /// <summary>Waits for the next one.</summary>
    public static RankOrder Hear(Communicator ranks)
    {
        ReadOnlySpan<long> said = MemoryMarshal.Cast<byte, long>(ranks.Share([], root: 0));
        return new RankOrder((RankTask)said[0], said[1], said[2]);
    }
}
