using FsCheck;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Support;

namespace MolEngine.Data.Tests;

public sealed class HeldOutTests : IDisposable
{
    private const int End = 1000;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 60)]
    public void Held_out_and_training_are_disjoint_and_whole(NonEmptyArray<byte> kinds, byte wanted)
    {
        // Texts repeat: 40 of them at most.
        string[] texts = [.. kinds.Get.Select(k => $"text {k % 40}")];
        int[] held = Choose(texts, wanted);
        Assert.True(held.Length <= wanted);
        Assert.Equal(held.Length, held.Distinct().Count());
        string[] train = [.. texts.Where((_, d) => !held.Contains(d))];
        Assert.Empty(train.Intersect(held.Select(d => texts[d])));
    }

    [Fact]
    public void The_choice_depends_on_texts_alone()
    {
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => $"text {i}")];
        string[] Held(IEnumerable<string> all)
        {
            string[] list = [.. all];
            return [.. Choose(list, 10).Select(d => list[d])];
        }

        Assert.Equal(10, Held(texts).Length);
        Assert.Equal(Held(texts), Held(texts.Reverse()));
        Assert.True(Held(texts).Intersect(Held(texts.Append("one more"))).Count() >= 9);
        Assert.Equal(0xBA7816BF8F01CFEAUL, HeldOutSplit.Hash("abc"));
    }

    [Fact]
    public void A_corpus_is_loaded_split_and_packed()
    {
        string[] texts =
            [.. Enumerable.Range(0, 2000).Select(i => new string((char)('a' + (i % 26)), 1 + (i % 7)) + i)];
        string path = _folder.Write("a.jsonl", string.Join('\n', texts.Select(t => $"{{\"text\": \"{t}\"}}")));
        DataSettings data = new(64, null, null, HeldOutCount.AtMost(30), [new("a", path, CorpusKind.General)]);
        Corpus corpus = new CorpusLoader(new DocumentTokenizer(Bytes, End), threads: 2).Load(data)[0];

        Assert.Equal((30, 1970), (corpus.HeldOut.Documents, corpus.Train.Documents));
        Assert.Equal((CorpusKind.General, CorpusKind.General), (corpus.Kind, corpus.HeldOut.Kind));
        string[] held = [.. Enumerable.Range(0, 30).Select(d => Text(corpus.HeldOut.Document(d)))];
        string[] train = [.. Enumerable.Range(0, 1970).Select(d => Text(corpus.Train.Document(d)))];
        Assert.Equal(texts.Where(t => !held.Contains(t)), train);
        Assert.Equal(texts.OrderBy(HeldOutSplit.Hash).Take(30), held);
    }

    /// <summary>Documents and the dialogues among them are counted over the same set.</summary>
    [Fact]
    public void Dialogues_are_those_to_train_on()
    {
        string path = _folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 30).Select(
            i => $"{{\"messages\": [{{\"role\": \"u\", \"content\": \"{i}\"}}]}}\n{{\"text\": \"{i}\"}}\n")));
        CorpusLoader loader = new(new DocumentTokenizer(Bytes, End) { Writer = Dialogues.Writer }, 1);
        Corpus Load(int heldOut) => loader.Load(new(64, null, null, heldOut, [new("a", path, CorpusKind.Domain)]))[0];
        Assert.Equal(30, Load(0).Source.Dialogues);
        Corpus corpus = Load(20);
        int held = Enumerable.Range(0, 20).Count(d => corpus.HeldOut.Document(d)[0] == '<');
        Assert.InRange(held, 1, 19);
        Assert.Equal(30 - held, corpus.Source.Dialogues);
        Assert.Equal(30 - held, Enumerable.Range(0, 40).Count(d => corpus.Train.Document(d)[0] == '<'));
    }

    [Fact]
    public void The_default_is_at_most_five_percent_and_a_number_too_large_is_refused()
    {
        Assert.Equal([100, 5, 1, 1, 0], new[] { 10_000, 100, 20, 10, 9 }.Select(n => HeldOutCount.AtMost(100).Of(n)));
        string path = _folder.Write("a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n");
        CorpusLoader loader = new(new DocumentTokenizer(Bytes, End), 1);
        DataSettings data = new(64, null, null, 2, [new("a", path, CorpusKind.Domain)]);
        UserException e = Assert.Throws<UserException>(() => loader.Load(data));
        Assert.Contains("data.held_out.documents: expected fewer than the corpus's 2 documents, got 2", e.Message);
    }

    /// <summary>Every token is on one side, in its document's order; pieces are no longer than a row.</summary>
    [Property(MaxTest = 100)]
    public void Long_documents_are_held_out_by_pieces(
        NonEmptyArray<PositiveInt> lengths, PositiveInt tokens, bool[] chats)
    {
        int[] sizes = [.. lengths.Get.Select(l => l.Get % 400 + 1)];
        var store = new TokenBuffer();
        for (int d = 0, next = 0; d < sizes.Length; next += sizes[d++])
            store.Add([.. Enumerable.Range(next, sizes[d])]);
        bool[] isDialogue = [.. sizes.Select((_, d) => d < chats.Length && chats[d])];
        ulong[] hashes = [.. sizes.Select((s, d) => HeldOutSplit.Hash($"{d}"))];
        int budget = tokens.Get % 500 + 1, context = 32;
        (TokenStore cut, int[] chosen) =
            HeldOutSplit.Choose(store, hashes, isDialogue, new(sizes.Length + 100, budget), context);
        TokenStore held = TokenSelection.Only(cut, chosen), rest = TokenSelection.Without(cut, chosen);
        Assert.True(held.Tokens <= budget);
        Assert.Equal(Enumerable.Range(0, sizes.Sum()), All(held).Concat(All(rest)).SelectMany(d => d).Order());
        Assert.All(All(held), d => Assert.True(d.Length <= context || isDialogue[store.DocumentAt(d[0])]));
        Assert.All(All(held).Concat(All(rest)), d =>
        {
            Assert.Equal(Enumerable.Range(d[0], d.Length), d);
            Assert.Equal(store.DocumentAt(d[0]), store.DocumentAt(d[^1]));
        });

        // A document is cut where a held-out piece borders, and nowhere else.
        Assert.True(rest.Documents <= sizes.Length + chosen.Length);
    }

    [Fact]
    public void A_book_is_held_out_by_pieces_of_it()
    {
        string path = _folder.Write("book.txt", string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i:D5} ")));
        DataSettings data =
            new(256, null, null, new(HeldOutCount.AtMost(100), 1000), [new("a", path, CorpusKind.Domain)]);
        Corpus corpus = new CorpusLoader(new DocumentTokenizer(Bytes, End), threads: 1).Load(data)[0];
        Assert.Equal((3, 768), (corpus.HeldOut.Documents, corpus.HeldOut.Tokens));
        Assert.Equal(30_001 - 768, corpus.Train.Tokens);
        Assert.Equal(1, corpus.Source.CutForValidation);
    }

    private static int[] Choose(string[] texts, int documents)
    {
        var store = new TokenBuffer();
        foreach (string text in texts)
            store.Add(Bytes(text));
        return HeldOutSplit.Choose(
            store, [.. texts.Select(HeldOutSplit.Hash)], new bool[texts.Length], documents, 64).Chosen;
    }

    private static int[][] All(TokenStore store) =>
        [.. Enumerable.Range(0, store.Documents).Select(store.Document)];

    private static int[] Bytes(string text) => [.. text.Select(c => (int)c)];

    private static string Text(int[] document)
    {
        Assert.Equal(End, document[^1]);
        return string.Concat(document[..^1].Select(t => (char)t));
    }
}
