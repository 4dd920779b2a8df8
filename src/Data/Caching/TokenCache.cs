using MolEngine.Basics.Files;

namespace MolEngine.Data.Caching;

/// <summary>
/// Tokens kept between runs, a file for each corpus, named by the hash of all that they follow from. Entries are
/// checked when read; one that is not whole is made again.
/// </summary>
/// <param name="folder">Made when something is kept.</param>
/// <param name="largest">Bytes of the folder, at most; the entry written last stays in any case.</param>
internal sealed class TokenCache(string folder, long largest = TokenCache.DefaultLargest)
{
    /// <summary>16 GiB: the tokens of about 16 GB of English text.</summary>
    public const long DefaultLargest = 16L << 30;

    private readonly CacheFolder _entries = new(folder, ".tokens", largest);

    public static string DefaultFolder => CacheFolder.Locate("tokens");

    /// <summary>The entry of a key; null where there is none that is whole.</summary>
    public TokenFile? Find(string key) => _entries.Find(key, TokenFile.Open);

    /// <summary>Keeps an entry. A cache that cannot be written hinders nothing: what is wrong is given back.</summary>
    /// <param name="write">Writes a <see cref="TokenFile"/>.</param>
    public string? Keep(string key, Action<Stream> write) => _entries.Keep(key, write);
}
