namespace MolEngine.Trainer.Checkpoints;

/// <summary>Which state of a run becomes its adapter or model.</summary>
public enum ExportKind
{
    /// <summary>That after the last step.</summary>
    Last,

    /// <summary>That of the best validation.</summary>
    Best,
}
