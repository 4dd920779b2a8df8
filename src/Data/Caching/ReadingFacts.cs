using MolEngine.Data.Records;

namespace MolEngine.Data.Caching;

/// <summary>What is kept of how a corpus's records were read, beside their tokens.</summary>
/// <param name="SkippedCount">Records that were left out.</param>
/// <param name="Skipped">The first of them.</param>
/// <param name="Notes">What people should know of how the records were read.</param>
/// <param name="Characters">Characters of all documents, as they are tokenized.</param>
/// <param name="Shapes">Records of each shape, the most frequent first.</param>
internal sealed record ReadingFacts(
    long SkippedCount, IReadOnlyList<SkippedRecord> Skipped, IReadOnlyList<string> Notes, long Characters,
    IReadOnlyList<ShapeCount> Shapes);
