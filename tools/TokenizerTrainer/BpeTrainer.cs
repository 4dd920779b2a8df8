namespace MolEngine.TokenizerTrainer;

/// <summary>
/// Byte pair encoding (Sennrich et al., 2016): again and again, the pair of neighbouring symbols that occurs most often
/// becomes a symbol; ties go to the pair of lower ids, as in Hugging Face's trainer.
/// </summary>
internal sealed class BpeTrainer
{
    private readonly List<int[]> _pieces = [];
    private readonly List<long> _weights = [];
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];
    private readonly PriorityQueue<(int Left, int Right), (long Count, int Left, int Right)> _queue = new();

    private BpeTrainer(IEnumerable<KeyValuePair<string, long>> pieces)
    {
        foreach ((string piece, long count) in pieces)
        {
            _weights.Add(count);
            _pieces.Add([.. piece.Select(c => (int)c)]);
            Count(_pieces.Count - 1, _pieces[^1], count);
        }

        foreach ((int Left, int Right) pair in _counts.Keys)
            Enqueue(pair);
    }

    /// <summary>Learns a vocabulary, the most frequent merge first.</summary>
    /// <param name="pieces">Texts that no merge crosses, a character for each byte, and how often they occur.</param>
    /// <param name="size">Tokens at most, the 256 bytes among them; fewer come out where no pair occurs twice any more.
    /// </param>
    public static BpeVocabulary Train(IEnumerable<KeyValuePair<string, long>> pieces, int size)
    {
        var trainer = new BpeTrainer(pieces);
        List<string> tokens = [.. Enumerable.Range(0, 256).Select(b => ((char)b).ToString())];
        Dictionary<string, int> ids = tokens.Select((token, id) => (token, id)).ToDictionary(t => t.token, t => t.id);
        var merges = new List<(int Left, int Right)>();
        while (tokens.Count < size && trainer.Next() is { } pair)
        {
            string token = tokens[pair.Left] + tokens[pair.Right];
            if (ids.TryAdd(token, tokens.Count))
                tokens.Add(token);
            trainer.Merge(pair, ids[token]);
            merges.Add(pair);
        }

        return new BpeVocabulary(tokens, merges);
    }

    /// <summary>
    /// The most frequent pair; counts in the queue that are out of date are put right as they come up.
    /// </summary>
    private (int Left, int Right)? Next()
    {
        while (_queue.TryDequeue(out (int Left, int Right) pair, out (long Count, int, int) priority))
        {
            long count = _counts.GetValueOrDefault(pair);
            if (count == -priority.Count && count > 1)
                return pair;
            if (count > 1)
                Enqueue(pair);
        }

        return null;
    }

    private void Merge((int Left, int Right) pair, int symbol)
    {
        _places.Remove(pair, out HashSet<int>? places);
        var changed = new HashSet<(int Left, int Right)>();
        foreach (int place in places!.Order())
        {
            int[] before = _pieces[place];
            int[] after = Replaced(before, pair, symbol);
            _pieces[place] = after;
            Count(place, before, -_weights[place]);
            Count(place, after, _weights[place]);
            foreach ((int Left, int Right) made in Pairs(after))
            {
                if (made.Left == symbol || made.Right == symbol)
                    changed.Add(made);
            }
        }

        _counts.Remove(pair);
        foreach ((int Left, int Right) made in changed)
            Enqueue(made);
    }

    private void Count(int place, int[] symbols, long weight)
    {
        foreach ((int Left, int Right) pair in Pairs(symbols))
        {
            _counts[pair] = _counts.GetValueOrDefault(pair) + weight;
            if (weight <= 0)
                continue;
            if (!_places.TryGetValue(pair, out HashSet<int>? places))
                _places[pair] = places = [];
            places.Add(place);
        }
    }

    private void Enqueue((int Left, int Right) pair) => _queue.Enqueue(pair, (-_counts[pair], pair.Left, pair.Right));

    private static IEnumerable<(int Left, int Right)> Pairs(int[] symbols) => symbols.Zip(symbols.Skip(1));

    /// <summary>From left to right: in "aaa", the first two.</summary>
    private static int[] Replaced(int[] symbols, (int Left, int Right) pair, int symbol)
    {
        var result = new List<int>(symbols.Length);
        for (int i = 0; i < symbols.Length; i++)
        {
            bool here = i + 1 < symbols.Length && (symbols[i], symbols[i + 1]) == pair;
            result.Add(here ? symbol : symbols[i]);
            if (here)
                i++;
        }

        return [.. result];
    }
}
