namespace MolEngine.Data.Caching;

/// <summary>A record that was skipped, by its file's number in the corpus: files may be renamed.</summary>
internal readonly record struct SkippedRecord(int File, long Line, string Detail);

/// <summary>All documents of a corpus as tokens: what the cache keeps.</summary>
/// <param name="Tokens">In file order, ends included.</param>
/// <param name="Hashes">Of each document's text.</param>
/// <param name="Dialogues">For each document whether it is one.</param>
/// <param name="Skipped">The first of the records that were left out.</param>
internal sealed record TokenizedCorpus(
    TokenStore Tokens, ulong[] Hashes, bool[] Dialogues, long SkippedCount, IReadOnlyList<SkippedRecord> Skipped);
