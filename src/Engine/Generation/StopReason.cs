namespace MolEngine.Engine.Generation;

/// <summary>Why a row ended.</summary>
public enum StopReason
{
    /// <summary>A stop id came; it is the last of the ids.</summary>
    StopToken,

    /// <summary>The number of tokens asked for was reached.</summary>
    Length,

    /// <summary>The row was taken out before its end (<see cref="GenerationBatch.Remove"/>).</summary>
    Removed,

    /// <summary>A logit was NaN or infinite.</summary>
    Broken,
}
