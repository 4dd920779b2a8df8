using System.Security.Cryptography;
using System.Text;

namespace MolEngine.Hub.Http;

/// <summary>
/// The checksums that name files of the Hub: SHA-256 of what lies in large storage (64 hexadecimal digits), and of
/// what lies in git SHA-1 of <c>blob SIZE\0</c> and the bytes (40 digits).
/// </summary>
internal static class Checksum
{
    private const int Sha1Digits = 40, Sha256Digits = 64;

    /// <summary>Whether a text is one of them.</summary>
    public static bool Is(string text) =>
        text.Length is Sha1Digits or Sha256Digits && text.All(char.IsAsciiHexDigitLower);

    /// <summary>That of a file, of the same kind as another.</summary>
    public static async Task<string> Of(string path, string like, CancellationToken cancel)
    {
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 20,
            FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(
            like.Length == Sha1Digits ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        if (like.Length == Sha1Digits)
            hash.AppendData(Encoding.ASCII.GetBytes($"blob {file.Length}\0"));
        byte[] buffer = new byte[1 << 20];
        while (await file.ReadAsync(buffer, cancel) is > 0 and int read)
            hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
