using System.Text;
using MolEngine.Basics.Numerics;

namespace MolEngine.Data.Synthesis;

/// <summary>
/// Finds texts that are nearly the same as an earlier one: MinHash over runs of characters (Broder 1997) estimates the
/// Jaccard similarity of two texts, and bands of its values find candidates without comparing all.
/// </summary>
/// <param name="threshold">Similarity from which on two texts are the same, 0 to 1.</param>
public sealed class NearDuplicates(double threshold = NearDuplicates.DefaultThreshold)
{
    public const double DefaultThreshold = 0.7;

    private const int ShingleCharacters = 5;

    // Two texts of similarity s share a band with probability 1 - (1 - s^4)^32: 0.9999 at 0.7, and 0.08 at 0.2.
    private const int Bands = 32, ValuesOfBand = 4, Values = Bands * ValuesOfBand;

    private readonly List<uint[]> _texts = [];
    private readonly Dictionary<(int Band, ulong Key), List<int>> _bands = [];

    /// <summary>Whether an earlier text is nearly the same; nothing is remembered.</summary>
    public bool Contains(string text) => Find(Signature(text));

    /// <summary>Remembers a text, unless an earlier one is nearly the same.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Add(string text)
    {
        uint[] signature = Signature(text);
        if (Find(signature))
            return false;
        for (int band = 0; band < Bands; band++)
        {
            (int, ulong) key = (band, Key(signature, band));
            if (!_bands.TryGetValue(key, out List<int>? texts))
                _bands[key] = texts = [];
            texts.Add(_texts.Count);
        }

        _texts.Add(signature);
        return true;
    }

    /// <summary>Estimated Jaccard similarity of the runs of five characters of two texts.</summary>
    public static double Similarity(string one, string other) => Similarity(Signature(one), Signature(other));

    private static double Similarity(uint[] one, uint[] other)
    {
        int same = 0;
        for (int i = 0; i < Values; i++)
            same += one[i] == other[i] ? 1 : 0;
        return (double)same / Values;
    }

    private bool Find(uint[] signature)
    {
        for (int band = 0; band < Bands; band++)
        {
            if (_bands.TryGetValue((band, Key(signature, band)), out List<int>? texts)
                && texts.Exists(t => Similarity(_texts[t], signature) >= threshold))
            {
                return true;
            }
        }

        return false;
    }

    private static ulong Key(uint[] signature, int band)
    {
        ulong key = 0;
        foreach (uint value in signature.AsSpan(band * ValuesOfBand, ValuesOfBand))
            key = SplitMix64.Mix(key + SplitMix64.Gamma + value);
        return key;
    }

    /// <summary>The least hash of all runs, by each of the hash functions.</summary>
    private static uint[] Signature(string text)
    {
        string plain = Plain(text);
        uint[] least = new uint[Values];
        Array.Fill(least, uint.MaxValue);
        for (int start = 0; start == 0 || start + ShingleCharacters <= plain.Length; start++)
        {
            ulong hash = 0;
            foreach (char c in plain.AsSpan(start, Math.Min(ShingleCharacters, plain.Length - start)))
                hash = SplitMix64.Mix(hash + SplitMix64.Gamma + c);
            for (int i = 0; i < Values; i += 2)
            {
                ulong both = SplitMix64.At(hash, (ulong)i);
                least[i] = Math.Min(least[i], (uint)both);
                least[i + 1] = Math.Min(least[i + 1], (uint)(both >> 32));
            }
        }

        return least;
    }

    /// <summary>Letters and digits in lower case, with one blank for whatever stands between.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c))
                plain.Append(char.ToLowerInvariant(c));
            else if (plain.Length > 0 && plain[^1] != ' ')
                plain.Append(' ');
        }

        return plain.ToString().TrimEnd();
    }
}
