namespace MolEngine.Data.Caching;

/// <summary>A record that was skipped, by its file's number in the corpus: files may be renamed.</summary>
internal readonly record struct SkippedRecord(int File, long Line, string Detail);
