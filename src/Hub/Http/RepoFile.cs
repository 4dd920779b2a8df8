namespace MolEngine.Hub.Http;

/// <summary>A file of a repository, as the Hub describes it.</summary>
/// <param name="Path">With slashes.</param>
/// <param name="Etag">The checksum that names its blob: SHA-256 in large storage, else git's SHA-1.</param>
/// <param name="Size">Bytes; null where the server does not say.</param>
internal sealed record RepoFile(string Path, string Etag, long? Size);
