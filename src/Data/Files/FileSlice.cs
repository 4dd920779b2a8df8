namespace MolEngine.Data.Files;

/// <summary>
/// A record's bytes in a file (gzip unpacked), its first line from 1, and the offset of its first byte.
/// </summary>
internal readonly record struct FileSlice(ReadOnlyMemory<byte> Bytes, long Line, long Offset);
