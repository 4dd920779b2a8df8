namespace MolEngine.Data.Files;

/// <summary>What of a plain text file is a document.</summary>
public enum TextSplit
{
    /// <summary>The whole file.</summary>
    Whole,

    /// <summary>A run of lines between blank ones.</summary>
    BlankLines,
    Lines,

    /// <summary>
    /// A piece of as many whole lines as a context has room for, cut between paragraphs where that can be.
    /// </summary>
    Tokens,
}
