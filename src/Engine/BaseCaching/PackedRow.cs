using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MolEngine.Engine.Batches;

namespace MolEngine.Engine.BaseCaching;

/// <summary>
/// The base's distribution at the tokens of one row that have a target, as bytes: the ids of all of them in as many
/// bits as the vocabulary takes, one after another, filled up to a byte; then for each token its n logits, both sums
/// and, where it is asked for, the tail without the target, as float64, little-endian. Nothing is rounded: a logit in
/// fp32 would put an error of a tenth of a percent on the gradient of a token whose divergence is 1e-8.
/// </summary>
/// <param name="topN">n.</param>
/// <param name="vocabSize">V: ids are below it.</param>
internal readonly struct PackedRow(int topN, int vocabSize)
{
    /// <summary>Bits of an id.</summary>
    public int IdBits { get; } = Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)(vocabSize - 1)));

    /// <summary>Bytes of a row.</summary>
    /// <param name="targets">Tokens with a target.</param>
    /// <param name="withoutTarget">Whether tails without the target are kept too.</param>
    public long Bytes(long targets, bool withoutTarget) =>
        IdBytes(targets) + (targets * Numbers(withoutTarget) * sizeof(double));

    /// <summary>What a row's distribution follows from, besides the model: the first 16 bytes of a SHA-256.</summary>
    public static UInt128 KeyOf(TokenRow row, bool withoutTarget)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int[] numbers = [row.Tokens.Length, row.DocumentStarts.Count, row.FirstPosition, withoutTarget ? 1 : 0];
        hash.AppendData(MemoryMarshal.AsBytes<int>(numbers));
        hash.AppendData(MemoryMarshal.AsBytes(row.Tokens.Span));
        hash.AppendData(MemoryMarshal.AsBytes<int>([.. row.DocumentStarts]));
        hash.AppendData(MemoryMarshal.AsBytes(row.Predicted.Span));
        return BinaryPrimitives.ReadUInt128LittleEndian(hash.GetHashAndReset());
    }

    /// <summary>Writes a row's distribution.</summary>
    /// <param name="targets">Target of each of the row's tokens, -1 where there is none.</param>
    /// <param name="first">Place of the row's first token in the micro-batch.</param>
    public byte[] Write(HostDistribution from, ReadOnlySpan<int> targets, int first, bool withoutTarget)
    {
        int count = CountOf(targets);
        var bytes = new byte[Bytes(count, withoutTarget)];
        long bit = 0;
        int at = (int)IdBytes(count);
        for (int i = 0; i < targets.Length; i++)
        {
            if (targets[i] < 0)
                continue;
            int token = first + i;
            foreach (int id in from.TopIds.AsSpan(token * topN, topN))
            {
                PutBits(bytes, bit, (uint)id);
                bit += IdBits;
            }

            foreach (double logit in from.TopLogits.AsSpan(token * topN, topN))
                Put(bytes, ref at, logit);
            Put(bytes, ref at, from.LogSumExp[token]);
            Put(bytes, ref at, from.TailLogSumExp[token]);
            if (withoutTarget)
                Put(bytes, ref at, from.TailWithoutTarget[token]);
        }

        return bytes;
    }

    /// <summary>Reads what <see cref="Write"/> wrote; other tokens' entries are left as they were.</summary>
    /// <returns>Whether the ids are of this vocabulary.</returns>
    public bool Read(
        ReadOnlySpan<byte> bytes, HostDistribution into, ReadOnlySpan<int> targets, int first, bool withoutTarget)
    {
        long bit = 0;
        int at = (int)IdBytes(CountOf(targets));
        for (int i = 0; i < targets.Length; i++)
        {
            if (targets[i] < 0)
                continue;
            int token = first + i;
            foreach (ref int id in into.TopIds.AsSpan(token * topN, topN))
            {
                id = (int)Bits(bytes, bit);
                bit += IdBits;
                if (id >= vocabSize)
                    return false;
            }

            foreach (ref double logit in into.TopLogits.AsSpan(token * topN, topN))
                logit = Next(bytes, ref at);
            into.LogSumExp[token] = Next(bytes, ref at);
            into.TailLogSumExp[token] = Next(bytes, ref at);
            if (withoutTarget)
                into.TailWithoutTarget[token] = Next(bytes, ref at);
        }

        return true;
    }

    /// <summary>Tokens with a target.</summary>
    public static int CountOf(ReadOnlySpan<int> targets)
    {
        int count = 0;
        foreach (int target in targets)
            count += target >= 0 ? 1 : 0;
        return count;
    }

    private int Numbers(bool withoutTarget) => topN + (withoutTarget ? 3 : 2);

    private long IdBytes(long targets) => ((targets * topN * IdBits) + 7) / 8;

    private void PutBits(Span<byte> bytes, long bit, uint value)
    {
        for (int left = IdBits; left > 0;)
        {
            int within = (int)(bit % 8), taken = Math.Min(8 - within, left);
            bytes[(int)(bit / 8)] |= (byte)((value & ((1u << taken) - 1)) << within);
            (value, bit, left) = (value >> taken, bit + taken, left - taken);
        }
    }

    private uint Bits(ReadOnlySpan<byte> bytes, long bit)
    {
        uint value = 0;
        for (int done = 0; done < IdBits;)
        {
            int within = (int)(bit % 8), taken = Math.Min(8 - within, IdBits - done);
            value |= ((uint)(bytes[(int)(bit / 8)] >> within) & ((1u << taken) - 1)) << done;
            (bit, done) = (bit + taken, done + taken);
        }

        return value;
    }

    private static void Put(Span<byte> bytes, ref int at, double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(bytes[at..], value);
        at += sizeof(double);
    }

    private static double Next(ReadOnlySpan<byte> bytes, ref int at)
    {
        double value = BinaryPrimitives.ReadDoubleLittleEndian(bytes[at..]);
        at += sizeof(double);
        return value;
    }
}
