namespace MolEngine.Trainer.Config;

/// <summary>What a run does where its loss jumps and does not come back.</summary>
internal enum SpikeKind
{
    /// <summary>Says so, keeps the last checkpoint from before, and goes on.</summary>
    Warn,

    /// <summary>Ends the run at the last checkpoint from before.</summary>
    Stop,

    /// <summary>Goes on from the last checkpoint from before, past the rows that led to it.</summary>
    Back,

    /// <summary>Nothing.</summary>
    Off,
}
