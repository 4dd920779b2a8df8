using System.Security.Cryptography;
using System.Text;

namespace MolEngine.UnicodeTables;

/// <summary>
/// Texts on which two normalisers are compared. Linked into the engine's tests, which hold digests of what ICU 72
/// (Unicode 15.0) makes of them; a later ICU differs on characters that came later.
/// </summary>
public static class NormalizationSamples
{
    public static IReadOnlyList<(string Name, IEnumerable<string> Texts)> All =>
    [
        ("each", CodePoints().Where(c => c < 0x30000 || c % 61 == 0).Select(c => Text(c))),
        ("after_a", Active().Select(c => Text('a', c))),
        ("before_marks", Active().Select(c => Text(c, 0x0345, 0x0301, 0x0323))),
        ("between_marks", Active().Select(c => Text('o', 0x0302, c, 0x0327, 0x0301))),
        ("random", Random()),
    ];

    /// <summary>SHA-256 over the UTF-8 of the normalised texts, each ended by a zero byte.</summary>
    public static string Digest(IEnumerable<string> texts, Func<string, string> normalize)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts)
            sha.AppendData(Encoding.UTF8.GetBytes(normalize(text) + "\0"));
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    /// <summary>All but the surrogates, and but U+FFFE, which string.Normalize refuses.</summary>
    public static IEnumerable<int> CodePoints() =>
        Enumerable.Range(1, 0x10FFFF).Where(c => c is (< 0xD800 or > 0xDFFF) and not 0xFFFE);

    /// <summary>The planes with characters that take part in normalisation.</summary>
    private static IEnumerable<int> Active() => CodePoints().Where(c => c < 0x30000);

    private static string Text(params int[] codePoints) =>
        string.Concat(codePoints.Select(char.ConvertFromUtf32));

    /// <summary>Strings dense in what composes, reorders and decomposes, by SplitMix64 from a fixed seed.</summary>
    private static IEnumerable<string> Random()
    {
        (int First, int Count)[] ranges =
        [
            (0x20, 0x5F), (0xC0, 0x180), (0x300, 0x70), (0x300, 0x30), (0x390, 0x40), (0x5B0, 0x15), (0x653, 3),
            (0x930, 0x30),
            (0x9C7, 0x11), (0xB47, 0x11), (0xDCA, 0x15), (0xF40, 0x80), (0x1100, 0x13), (0x1161, 0x15), (0x11A8, 0x1B),
            (0x1B05, 0x31),
            (0x1DC0, 0x40), (0x1E00, 0x200), (0x2126, 6), (0x3040, 0x60), (0x3099, 2), (0xAC00, 11172), (0xF900, 0x100),
            (0xFB1D, 0x30),
            (0x11099, 0x22), (0x11131, 2), (0x114B0, 0x10), (0x1D15E, 0x20), (0x2F800, 0x21E),
        ];
        ulong state = 20_250_101;
        for (int n = 0; n < 100_000; n++)
        {
            var text = new StringBuilder();
            int length = 1 + Next(12);
            for (int i = 0; i < length; i++)
            {
                (int first, int count) = ranges[Next(ranges.Length)];
                text.Append(char.ConvertFromUtf32(first + Next(count)));
            }

            yield return text.ToString();
        }

        int Next(int bound)
        {
            ulong z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (int)((z ^ (z >> 31)) % (ulong)bound);
        }
    }
}
