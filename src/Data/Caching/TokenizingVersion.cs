namespace MolEngine.Data.Caching;

/// <summary>
/// The version of the code that makes tokens of files: reading, shapes, templates, tokenizers, document ends and the
/// hashes that documents are held out by. A cache's entries of other versions are not found.
/// </summary>
internal static class TokenizingVersion
{
    /// <summary>
    /// Raised with every change that makes other tokens of the same files; a test pins it to the tokens themselves.
    /// </summary>
    public const int Current = 6;
}
