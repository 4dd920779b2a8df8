namespace MolEngine.Data.Files;

/// <summary>What of a plain text file is a document.</summary>
public enum TextSplit
{
    /// <summary>The whole file.</summary>
    None,

    /// <summary>A run of lines between blank ones.</summary>
    BlankLines,
    Lines,
}
