namespace MolEngine.Data.Files;

/// <summary>A record, or what is wrong with it: exactly one of them.</summary>
internal readonly record struct FileOutcome(FileRecord? Record, BadRecordException? Problem)
{
    public static implicit operator FileOutcome(FileRecord record) => new(record, null);

    public static implicit operator FileOutcome(BadRecordException problem) => new(null, problem);
}
