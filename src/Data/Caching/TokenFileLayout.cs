using System.Security.Cryptography;

namespace MolEngine.Data.Caching;

/// <summary>
/// Where what lies in a <see cref="TokenFile"/>, in bytes. Little-endian: "MOLTOKS4"; ids [tokens] of int32
/// (inverted where nothing predicts them); zeros up
/// to a multiple of 8; starts [documents + 1] of int64; hashes [documents] of uint64; dialogues [documents] of bool;
/// the skipped records: their number (int64), how many are named (int32), and of those file (int32), line (int64) and
/// text; the notes: their number (int32), and texts; characters (int64); the shapes: their number (int32), and of each
/// name (text) and records (int64); documents and tokens (int64); SHA-256 of all before.
/// </summary>
internal readonly record struct TokenFileLayout(long Documents, long Tokens)
{
    /// <summary>Bytes of the two numbers and of the digest at the end.</summary>
    public const int Sizes = 2 * sizeof(long), Digest = SHA256.HashSizeInBytes;

    public static ReadOnlySpan<byte> Magic => "MOLTOKS4"u8;

    public long Ids => Magic.Length;

    public long Starts => (Ids + (sizeof(int) * Tokens) + 7) / 8 * 8;

    public long Hashes => Starts + (sizeof(long) * (Documents + 1));

    public long Dialogues => Hashes + (sizeof(ulong) * Documents);

    public long Skipped => Dialogues + Documents;
}
