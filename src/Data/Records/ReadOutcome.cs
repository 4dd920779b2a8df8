using MolEngine.Data.Files;

namespace MolEngine.Data.Records;

/// <summary>A record, or what is wrong with it: exactly one of them.</summary>
internal readonly record struct ReadOutcome(CorpusRecord? Record, BadRecordException? Problem)
{
    public static implicit operator ReadOutcome(CorpusRecord record) => new(record, null);

    public static implicit operator ReadOutcome(BadRecordException problem) => new(null, problem);
}
