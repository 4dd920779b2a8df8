using FsCheck;
using MolEngine.Data.Caching;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Caching;

public sealed class TokenCacheTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private int _encoded;

    public void Dispose() => _folder.Dispose();

    private string Cache => Path.Combine(_folder.Root, "cache");

    [Property(MaxTest = 30)]
    public void Cached_equals_uncached(NonEmptyArray<byte> lengths)
    {
        string path = Write("a.jsonl", [.. lengths.Get.Select((n, i) => $"{i % 7} {new string('x', n)}")]);
        CorpusSettings corpus = new("a", path, CorpusKind.General);
        Corpus plain = Load(corpus, cache: null), made = Load(corpus, Cache), kept = Load(corpus, Cache);
        Assert.Equal((false, true), (plain.Source.Cached, kept.Source.Cached));
        foreach (Corpus other in new[] { made, kept })
        {
            Assert.Equal(plain.Train.Fingerprint(), other.Train.Fingerprint());
            Assert.Equal(plain.HeldOut.Fingerprint(), other.HeldOut.Fingerprint());
            Assert.Equal(plain.Train.Row(0).Tokens.ToArray(), other.Train.Row(0).Tokens.ToArray());
        }
    }

    [Fact]
    public void Only_what_changes_tokens_makes_them_anew()
    {
        string path = Write("a.jsonl", "one", "two", "three");
        CorpusSettings corpus = new("a", path, CorpusKind.Domain);
        Assert.False(Load(corpus, Cache).Source.Cached);
        int encoded = _encoded;
        Assert.True(Load(corpus, Cache).Source.Cached);
        Assert.Equal(3, encoded);
        Assert.Equal(3, _encoded);

        // Where the file lies, what it is called and how its tokens are used do not matter.
        string moved = Write("b.json", "one", "two", "three");
        Assert.True(Load(new("b", moved, CorpusKind.General) { Share = 2 }, Cache).Source.Cached);
        Assert.False(Load(corpus with { Pairs = PairStyle.Chat }, Cache).Source.Cached);
        Assert.False(Load(corpus with { Template = "{text}." }, Cache).Source.Cached);
        Assert.False(Load(corpus with { Fields = new(Text: "text") }, Cache).Source.Cached);
        Assert.False(Load(corpus with { Format = "text" }, Cache).Source.Cached);
        Assert.False(Load(corpus, Cache, end: 7).Source.Cached);
        Assert.False(Load(corpus, Cache, fingerprint: "another").Source.Cached);
        Assert.False(Load(corpus, Cache, fingerprint: "").Source.Cached);
        Write("a.jsonl", "one", "two", "threeX");
        Assert.False(Load(corpus, Cache).Source.Cached);
    }

    [Fact]
    public void An_entry_that_is_not_whole_is_made_again()
    {
        string path = Write("a.jsonl", [.. Enumerable.Range(0, 300).Select(i => $"text {i}")]);
        CorpusSettings corpus = new("a", path, CorpusKind.Domain);
        string expected;
        using (Corpus made = Load(corpus, Cache))
            expected = made.Train.Fingerprint();
        string entry = Assert.Single(Directory.GetFiles(Cache));
        byte[] whole = File.ReadAllBytes(entry);
        foreach (int at in new[] { 0, 8, 12, 20, 40, whole.Length / 2, whole.Length - 1 })
        {
            byte[] broken = [.. whole];
            broken[at] ^= 0x40;
            File.WriteAllBytes(entry, broken);
            AssertMadeAgain();
        }

        foreach (int length in new[] { 0, 7, 30, whole.Length - 1 })
        {
            File.WriteAllBytes(entry, whole[..length]);
            AssertMadeAgain();
        }

        File.WriteAllBytes(entry, [.. whole, 0]);
        AssertMadeAgain();

        void AssertMadeAgain()
        {
            using Corpus again = Load(corpus, Cache);
            Assert.False(again.Source.Cached);
            Assert.Equal(expected, again.Train.Fingerprint());
            Assert.Equal(whole, File.ReadAllBytes(entry));
        }
    }

    [Fact]
    public void Skipped_records_and_dialogues_are_kept_too()
    {
        string path = _folder.Write(
            "a.jsonl", "{\"text\": \"a\"}\n{\"x\": 1}\n{\"messages\": [{\"role\": \"u\", \"content\": \"c\"}]}\n");
        CorpusSettings corpus = new("a", path, CorpusKind.Domain);
        Corpus made = Load(corpus, Cache, skips: true);
        string moved = Path.Combine(_folder.Root, "moved.jsonl");
        File.Move(path, moved);
        Corpus kept = Load(new("a", moved, CorpusKind.Domain), Cache, skips: true);
        Assert.True(kept.Source.Cached);
        Assert.Equal((made.Source.Dialogues, 1), (kept.Source.Dialogues, kept.Source.Dialogues));
        Assert.Equal(1, kept.Source.Skipped.Count);
        Assert.StartsWith($"{moved}:2: record: ", kept.Source.Skipped.First[0]);
        Assert.Equal(made.Source.Skipped.First[0][path.Length..], kept.Source.Skipped.First[0][moved.Length..]);
    }

    [Fact]
    public void The_entries_used_longest_ago_go_first()
    {
        void Entry(Stream to)
        {
            using var writer = new TokenFileWriter(to);
            writer.Add(new int[1000], 1, isDialogue: false);
            writer.Finish(new(0, [], [], 0, []));
        }

        var cache = new TokenCache(Cache, largest: 10_000);
        foreach (string key in new[] { "a", "b" })
            Assert.Null(cache.Keep(key, Entry));
        File.SetLastWriteTimeUtc(Path.Combine(Cache, "a.tokens"), DateTime.UtcNow.AddHours(-2));
        File.SetLastWriteTimeUtc(Path.Combine(Cache, "b.tokens"), DateTime.UtcNow.AddHours(-1));
        string abandoned = Path.Combine(Cache, ".x.tokens.0.tmp");
        File.WriteAllText(abandoned, "");
        File.SetLastWriteTimeUtc(abandoned, DateTime.UtcNow.AddDays(-2));
        Assert.NotNull(cache.Find("a"));
        Assert.Null(cache.Keep("c", Entry));
        Assert.Null(cache.Find("b"));
        Assert.NotNull(cache.Find("a"));
        Assert.NotNull(cache.Find("c"));
        Assert.False(File.Exists(abandoned));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_hinders_nothing()
    {
        CorpusSettings corpus = new("a", Write("a.jsonl", "one"), CorpusKind.Domain);
        string file = _folder.Write("file", "no folder");
        Corpus loaded = Load(corpus, file);
        Assert.Equal((1, false), (loaded.Train.Documents, loaded.Source.Cached));
        Assert.NotNull(loaded.Source.CacheProblem);
    }

    private Corpus Load(
        CorpusSettings corpus, string? cache, int end = 999, string fingerprint = "f", bool skips = false)
    {
        DataSettings data = new(64, null, null, 0, [corpus]) { Cache = cache, SkipBadRecords = skips };
        DocumentTokenizer tokenizer = new(Encode, end, fingerprint) { Writer = Dialogues.Writer };
        return new CorpusLoader(tokenizer, 2).Load(data)[0];
    }

    private int[] Encode(string text)
    {
        Interlocked.Increment(ref _encoded);
        return [.. text.Select(c => (int)c)];
    }

    private string Write(string name, params string[] texts) =>
        _folder.Write(name, string.Concat(texts.Select(t => $"{{\"text\": \"{t}\"}}\n")));
}
