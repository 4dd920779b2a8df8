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
    public static string OfModel(string folder) => OfFiles(folder, IsModelFile);

    /// <summary>Of a model folder's weight files, as <see cref="OfModel"/> looks at them.</summary>
    public static string OfWeights(string folder) => OfFiles(folder, IsWeightFile);

    /// <summary>Of a whole file, or of nothing where there is none.</summary>
    public static string OfFile(string path)
    {
        using Stream stream = File.Exists(path) ? File.OpenRead(path) : Stream.Null;
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Of all documents that may be trained on, and of how they are packed.</summary>
    public static string OfRows(IReadOnlyList<Corpus> corpora)
    {
        IEnumerable<string> parts = corpora.Select(
            c => $"{c.Kind == CorpusKind.General} {c.Train.Context} {c.Train.Rows} {c.Train.Fingerprint()}");
        return OfText(string.Join('\n', parts));
    }

    private static bool IsModelFile(string path) =>
        IsWeightFile(path) || Path.GetFileName(path) is "config.json" or "tokenizer.json";

    private static bool IsWeightFile(string path) => Path.GetExtension(path) == ".safetensors";

    private static string OfFiles(string folder, Func<string, bool> which)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.GetFiles(folder).Where(which).Order(StringComparer.Ordinal))
        {
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)} {stream.Length}\n"));
            Sample(stream, hash);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

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
