namespace MolEngine.Engine.Tokenization;

/// <summary>What becomes of the matches of a Split (tokenizers' SplitDelimiterBehavior).</summary>
internal enum SplitBehavior
{
    /// <summary>Each match and each stretch between matches is a piece.</summary>
    Isolated,

    /// <summary>Matches are pieces as with Isolated, adjoining ones together.</summary>
    Contiguous,

    /// <summary>A match ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>A match begins the piece behind it.</summary>
    MergedWithNext,

    /// <summary>Matches vanish; what lies between them are the pieces.</summary>
    Removed,
}
