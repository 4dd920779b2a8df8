namespace MolEngine.Evaluation.Tasks;

/// <summary>How the score of several subsets comes about.</summary>
public enum GroupMean
{
    /// <summary>The mean over all items: subsets weigh by their sizes.</summary>
    Items,

    /// <summary>The mean of the subsets' scores.</summary>
    Subsets,
}
