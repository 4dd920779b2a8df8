namespace MolEngine.Data;

/// <summary>How far a corpus is read.</summary>
/// <param name="BytesRead">Bytes of its files as they lie on the disk.</param>
/// <param name="Cached">Whether its tokens were kept from an earlier run.</param>
public sealed record TokenizingProgress(
    string Corpus, long BytesRead, long TotalBytes, int Documents, long Tokens, bool Cached);
