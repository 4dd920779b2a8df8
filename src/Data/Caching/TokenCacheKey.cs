using System.Security.Cryptography;
using System.Text.Json;
using MolEngine.Data.Files;
using MolEngine.Data.Records;

namespace MolEngine.Data.Caching;

/// <summary>The hash of all that a corpus's tokens follow from.</summary>
internal static class TokenCacheKey
{
    /// <summary>
    /// The files' bytes in their order, the tokenizer, the settings that say how records become documents, and
    /// <see cref="TokenizingVersion"/>. Names of files and of the corpus do not matter, nor does any other code.
    /// </summary>
    public static string Of(
        CorpusSettings corpus, IReadOnlyList<CorpusFile> files, DocumentTokenizer tokenizer, int context,
        bool skipsBadRecords, CancellationToken cancel)
    {
        var parts = new
        {
            Version = TokenizingVersion.Current,
            tokenizer.Fingerprint,
            tokenizer.DocumentBegin,
            tokenizer.DocumentEnd,
            Chat = tokenizer.Writer.Fingerprint,
            Variables = corpus.ChatVariables.ToString(),
            corpus.TrainOn,
            corpus.Ignore,
            corpus.Split,
            Context = corpus.Split == TextSplit.Tokens ? context : 0,
            corpus.Shape,
            corpus.Fields,
            corpus.Template,
            corpus.Pairs,
            skipsBadRecords,
            Files = files.Select(f => new { f.Format, Hash = HashOf(f.Path, cancel) }).ToArray(),
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts)));
    }

    private static string HashOf(string path, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            for (int read = file.Read(buffer); read > 0; read = file.Read(buffer))
            {
                cancel.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CorpusContent.Unreadable(path, e);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
