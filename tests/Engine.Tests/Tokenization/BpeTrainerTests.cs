using FsCheck;
using FsCheck.Fluent;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;
using MolEngine.TokenizerTrainer;

namespace MolEngine.Engine.Tests.Tokenization;

public sealed class BpeTrainerTests : IDisposable
{
    private static readonly string[] Special = ["<|endoftext|>", "<|im_start|>"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_most_frequent_pair_comes_first_and_ties_go_to_the_lower_ids()
    {
        BpeVocabulary v = Train(259, ("hug", 10), ("pug", 5), ("pun", 12), ("bun", 4), ("hugs", 5));
        Assert.Equal(["ug", "un", "hug"], v.Tokens.Skip(256));
        Assert.Equal([('u', 'g'), ('u', 'n'), ('h', (char)256)], v.Merges.Select(m => ((char)m.Left, (char)m.Right)));
        Assert.Equal("ab", Train(257, ("cd", 3), ("ab", 3)).Tokens[256]);
    }

    [Fact]
    public void A_run_merges_from_its_left()
    {
        // aaa: (aa)a, so that the pair (aa, a) is next.
        Assert.Equal(["aa", "aaa"], Train(258, ("aaa", 2)).Tokens.Skip(256));
    }

    [Fact]
    public void Two_merges_to_the_same_bytes_are_one_token()
    {
        // "abc" comes out of (ab, c), and out of (a, bc) where another piece made bc first.
        BpeVocabulary v = Train(300, ("xab", 9), ("ab", 9), ("bcy", 8), ("bc", 8), ("abc", 7), ("abcbc", 2));
        Assert.Equal(v.Tokens.Count, v.Tokens.Distinct().Count());
    }

    [Fact]
    public void It_ends_where_no_pair_occurs_twice() =>
        Assert.Equal(256, Train(300, ("abc", 1), ("d", 5)).Tokens.Count);

    [Property(MaxTest = 60)]
    public Property It_learns_what_counting_again_after_every_merge_learns()
    {
        Gen<string> piece = Gen.Elements('a', 'b', 'c', 'd').NonEmptyListOf().Select(c => string.Concat(c.Take(8)));
        Gen<(string, int)> counted = piece.Zip(Gen.Choose(1, 4));
        return Prop.ForAll(counted.NonEmptyListOf().ToArbitrary(), pieces =>
        {
            Dictionary<string, long> counts = pieces.GroupBy(p => p.Item1).ToDictionary(
                g => g.Key, g => g.Sum(p => (long)p.Item2));
            BpeVocabulary got = BpeTrainer.Train(counts, 256 + 12);
            (IReadOnlyList<string> tokens, IReadOnlyList<(int, int)> merges) = Slow(counts, 256 + 12);
            Assert.Equal(tokens, got.Tokens);
            Assert.Equal(merges, got.Merges);
        });
    }

    [Fact]
    public void The_files_load_as_a_tokenizer_that_uses_the_merges()
    {
        var counts = new PieceCounts(Special);
        counts.Add("<|im_start|>the bell, the bells and the ringer<|endoftext|>" + "café 12 12");
        BpeVocabulary v = BpeTrainer.Train(counts.Counts, 270);
        TokenizerFiles.Write(_folder.Root, v, Special);
        Tokenizer tokenizer = Tokenizer.Load(_folder.Root);
        Assert.Equal(v.Tokens.Count + 2, tokenizer.VocabularySize);
        Assert.Equal("<|endoftext|>", tokenizer.EosToken);
        Assert.Contains(" the", v.Tokens);
        Assert.DoesNotContain(v.Tokens, t => t.Contains("12") || t.Contains("<|"));
        const string Text = "the bells the <|im_start|>café";
        int[] ids = tokenizer.Encode(Text, addSpecialTokens: false);
        Assert.Contains(v.Tokens.ToList().IndexOf(" the"), ids);
        Assert.Contains(v.Tokens.Count + 1, ids);
        Assert.Equal(Text, tokenizer.Decode(ids, skipSpecialTokens: false));
    }

    [Fact]
    public void The_tokenizer_of_the_quickstart_has_the_bytes_and_special_tokens_in_place()
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(Shared.Repository, "examples", "quickstart", "model"));
        Assert.Equal(2048, tokenizer.VocabularySize);
        Assert.Equal(2045, tokenizer.TokenId("<|endoftext|>"));
        Assert.Equal([(int)'a'], tokenizer.Encode("a", addSpecialTokens: false));
        Assert.Single(tokenizer.Encode(" the", addSpecialTokens: false));
    }

    private static BpeVocabulary Train(int size, params (string Piece, long Count)[] pieces) =>
        BpeTrainer.Train(pieces.Select(p => KeyValuePair.Create(p.Piece, p.Count)), size);

    /// <summary>The definition: all pairs are counted anew before every merge.</summary>
    private static (IReadOnlyList<string> Tokens, IReadOnlyList<(int, int)> Merges) Slow(
        Dictionary<string, long> counts, int size)
    {
        List<string> tokens = [.. Enumerable.Range(0, 256).Select(b => ((char)b).ToString())];
        var merges = new List<(int, int)>();
        List<(List<int> Symbols, long Count)> pieces = [.. counts.Select(
            p => (p.Key.Select(c => (int)c).ToList(), p.Value))];
        while (tokens.Count < size)
        {
            var pairs = new Dictionary<(int, int), long>();
            foreach ((List<int> symbols, long count) in pieces)
            {
                for (int i = 0; i + 1 < symbols.Count; i++)
                    pairs[(symbols[i], symbols[i + 1])] = pairs.GetValueOrDefault((symbols[i], symbols[i + 1])) + count;
            }

            if (pairs.Count == 0 || pairs.Values.Max() < 2)
                break;
            (int Left, int Right) best = pairs.OrderByDescending(p => p.Value).ThenBy(p => p.Key).First().Key;
            merges.Add(best);
            string token = tokens[best.Left] + tokens[best.Right];
            if (!tokens.Contains(token))
                tokens.Add(token);
            foreach ((List<int> symbols, _) in pieces)
            {
                for (int i = 0; i + 1 < symbols.Count; i++)
                {
                    if ((symbols[i], symbols[i + 1]) != best)
                        continue;
                    symbols[i] = tokens.IndexOf(token);
                    symbols.RemoveAt(i + 1);
                }
            }
        }

        return (tokens, merges);
    }
}
