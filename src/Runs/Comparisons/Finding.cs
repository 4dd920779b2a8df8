namespace MolEngine.Runs.Comparisons;

/// <summary>What a measure says, from the best to the worst.</summary>
public enum Finding
{
    /// <summary>Surely better, by 1 % or more.</summary>
    Better,

    /// <summary>Surely changed by less than 1 %.</summary>
    Same,

    /// <summary>Too little to tell.</summary>
    Unclear,

    /// <summary>Surely worse, by less than 5 %.</summary>
    ALittleWorse,

    /// <summary>Surely worse, by 5 % or more.</summary>
    Worse,
}
