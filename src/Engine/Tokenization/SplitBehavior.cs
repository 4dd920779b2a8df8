namespace MolEngine.Engine.Tokenization;

/// <summary>What becomes of the matches of a Split (tokenizers' SplitDelimiterBehavior).</summary>
internal enum SplitBehavior
{
    /// <summary>Each match and each stretch between matches is a piece.</summary>
    Isolated,

    /// <summary>As Isolated, with adjoining matches in one piece.</summary>
    Contiguous,

    /// <summary>A match ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>A match begins the piece behind it.</summary>
    MergedWithNext,

    /// <summary>Matches vanish; what lies between them are the pieces.</summary>
    Removed,
}
