namespace MolEngine.Trainer.Config;

/// <summary>What a validation is judged by; the lowest is the best.</summary>
public enum ValidationMetric
{
    /// <summary>The mean over corpora of what their rows are trained with.</summary>
    Loss,

    /// <summary>The mean over domain corpora of their cross-entropy.</summary>
    DomainCe,

    /// <summary>The mean over all corpora of their cross-entropy.</summary>
    Ce,
}
