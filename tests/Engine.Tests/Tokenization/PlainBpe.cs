using System.Text;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>
/// Byte-pair encoding as it is told: look for the best pair, merge its leftmost place, look again. Quadratic.
/// </summary>
internal sealed class PlainBpe(IReadOnlyList<(string Left, string Right)> merges)
{
    private readonly Dictionary<(string, string), int> _ranks =
        merges.Select((m, rank) => (m, rank)).ToDictionary(x => x.m, x => x.rank);

    public List<string> Encode(string piece)
    {
        List<string> symbols = [.. Encoding.UTF8.GetBytes(piece).Select(MadeTokenizer.Spell)];
        while (true)
        {
            int best = -1, bestRank = int.MaxValue;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (_ranks.TryGetValue((symbols[i], symbols[i + 1]), out int rank) && rank < bestRank)
                    (best, bestRank) = (i, rank);
            }

            if (best < 0)
                return symbols;
            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }
    }

    /// <summary>Merges a pair everywhere, from the left.</summary>
    public static List<string> Merge(List<string> symbols, (string Left, string Right) pair)
    {
        List<string> merged = [];
        for (int i = 0; i < symbols.Count; i++)
        {
            bool hit = i + 1 < symbols.Count && symbols[i] == pair.Left && symbols[i + 1] == pair.Right;
            merged.Add(hit ? symbols[i] + symbols[++i] : symbols[i]);
        }

        return merged;
    }
}
