using System.Security.Cryptography;
using System.Text;
using MolEngine.Data;
using MolEngine.Engine.Batches;

namespace MolEngine.Trainer.Checkpoints;

/// <summary>SHA-256 digests of what a run was made from.</summary>
internal static class Digests
{
    // Large enough for a safetensors header and the ends of a shard; a whole model of 16 GB would take a minute to
    // hash.
    private const int SampleBytes = 1 << 16;
    private const int SamplesPerFile = 64;

    /// <summary>Of a model folder: the texts whole, weight files by name, length and evenly spread samples.</summary>
    public static string OfModel(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.GetFiles(folder).Where(IsModelFile).Order(StringComparer.Ordinal))
        {
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)} {stream.Length}\n"));
            Sample(stream, hash);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Of all documents that may be trained on, and of how they are packed.</summary>
    public static string OfRows(IReadOnlyList<Corpus> corpora)
    {
        IEnumerable<string> parts = corpora.Select(
            c => $"{c.Kind == CorpusKind.General} {c.Train.Context} {c.Train.Rows} {c.Train.Fingerprint()}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));
    }

    private static bool IsModelFile(string path) =>
        Path.GetExtension(path) == ".safetensors" || Path.GetFileName(path) is "config.json" or "tokenizer.json";

    private static void Sample(FileStream stream, IncrementalHash hash)
    {
        byte[] buffer = new byte[SampleBytes];
        long step = Math.Max(SampleBytes, stream.Length / SamplesPerFile);
        for (long at = 0; at < stream.Length; at += step)
        {
            stream.Position = at;
            hash.AppendData(buffer, 0, stream.ReadAtLeast(buffer, SampleBytes, throwOnEndOfStream: false));
        }
    }
}
