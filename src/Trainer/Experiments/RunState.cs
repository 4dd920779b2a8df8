namespace MolEngine.Trainer.Experiments;

/// <summary>How far a run of an experiment has come.</summary>
internal enum RunState
{
    New,

    /// <summary>It goes on from its newest checkpoint.</summary>
    Begun,
    Done,
}
