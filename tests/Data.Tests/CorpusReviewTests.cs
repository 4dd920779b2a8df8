using MolEngine.Data.Records;
using MolEngine.Data.Settings;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Data.Tests;

public sealed class CorpusReviewTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copies_are_counted_within_a_corpus_between_corpora_and_against_what_is_held_out(bool cached)
    {
        string[] own = [.. Enumerable.Range(0, 30).Select(i => $"text {i}")];
        DataSettings data = new(32, null, null, 6,
        [
            Corpus("a", CorpusKind.Domain, [.. own, "text 1", "text 2", "text 2"]),
            Corpus("b", CorpusKind.General, [.. own, .. Enumerable.Range(0, 30).Select(i => $"other {i}")]),
        ])
        {
            Cache = cached ? Path.Combine(_folder.Root, "cache") : null,
        };
        for (int read = 0; read < (cached ? 2 : 1); read++)
        {
            (IReadOnlyList<CorpusReview> reviews, TrainingData loaded) = Review(data);
            using TrainingData corpora = loaded;
            TextCopies a = reviews[0].Copies, b = reviews[1].Copies;
            Assert.Equal((3, 0), (a.Within, b.Within));
            Assert.Equal(new CopiesElsewhere("b", 33), Assert.Single(a.Elsewhere));
            Assert.Equal(new CopiesElsewhere("a", 30), Assert.Single(b.Elsewhere));

            // What a holds out has a hash among its smallest; b, which has more, holds out only some of these.
            int HeldOutElsewhere(int own, int other)
            {
                HashSet<string> held = [.. Texts(corpora.Corpora[other].HeldOut)];
                return Texts(corpora.Corpora[own].Train).Count(held.Contains);
            }

            Assert.Equal((HeldOutElsewhere(0, 1), HeldOutElsewhere(1, 0)), (a.OfHeldOut, b.OfHeldOut));
            Assert.True(b.OfHeldOut > 0);
        }
    }

    [Fact]
    public void A_review_tells_what_training_sees()
    {
        string path = _folder.Write("chat.jsonl", """
            {"messages": [{"role": "user", "content": "h\u00e9\ud83d\udc1d?"}, {"role": "assistant", "content": "yes"}]}
            {"question": "one", "answer": "two"}
            """);
        CorpusSettings corpus = new("chat", path, CorpusKind.Domain)
        {
            TrainOn = TrainOn.Assistant,
            Pairs = PairStyle.Chat,
        };
        (IReadOnlyList<CorpusReview> reviews, TrainingData loaded) = Review(
            new(200, null, null, 0, [corpus, Corpus("plain", CorpusKind.General, "abc", "d")]));
        using TrainingData data = loaded;
        CorpusReview chat = reviews[0], plain = reviews[1];
        Assert.Equal([new("messages", 1), new("qa", 1)], chat.Shapes);
        Assert.Equal([new("text", 2)], plain.Shapes);

        // A bee is one character; ends and letters are a token each: (3 + 1) / (3 + 1 + 2 ends).
        Assert.Equal(4.0 / 6, plain.CharactersPerToken);
        Assert.Equal((4, 0.0), (plain.TrainedTokens, plain.TrainedShare - (4.0 / 6)));
        Assert.Equal("abc<|endoftext|>", string.Concat(plain.First.Select(t => t.Text)));
        Assert.Equal([false, true, true, true], plain.First.Select(t => t.Counts));

        // Of a dialogue the assistant's words and the end of its turn count alone.
        string counted = string.Concat(chat.First.Where(t => t.Counts).Select(t => t.Text));
        Assert.StartsWith("yes<|im_end|>", counted);
        Assert.DoesNotContain("?", counted);
        Assert.Equal(data.Corpora[0].Train.EffectiveTokens, chat.TrainedTokens);
        Assert.InRange(chat.TrainedShare, 0.05, 0.5);
        string[] texts = [.. Texts(data.Corpora[0].Train)];
        long characters = texts.Sum(t => t.Replace("<|endoftext|>", "").EnumerateRunes().Count());
        Assert.Equal((double)characters / data.Corpora[0].Train.Tokens, chat.CharactersPerToken, 12);
        Assert.Equal(2 * plain.Statistics.Repeat, plain.TimesInRun);
        Assert.Equal((0, 1), (plain.LongerThanRow, plain.Statistics.Rows));
    }

    private static IEnumerable<string> Texts(PackedCorpus corpus)
    {
        Tokenizer tokenizer = Tokenizer.Load(Material.Model);
        return Enumerable.Range(0, corpus.Documents)
            .Select(d => tokenizer.Decode(corpus.Document(d), skipSpecialTokens: false));
    }

    private static (IReadOnlyList<CorpusReview> Reviews, TrainingData Data) Review(DataSettings settings)
    {
        Tokenizer tokenizer = Tokenizer.Load(Material.Model);
        DocumentTokenizer texts = DocumentTokenizer.Of(tokenizer, Material.Model, 256);
        var data = TrainingData.Load(
            settings, new OrderSettings(1, 2, null, 4, 7), texts, 1, new Silence(),
            TestContext.Current.CancellationToken);
        var statistics = DataStatistics.Of(settings, 1, data.Corpora, data.Order, texts);
        return (CorpusReview.Of(settings, data, statistics, tokenizer, data.Order.Epochs), data);
    }

    private CorpusSettings Corpus(string name, CorpusKind kind, params string[] texts) => new(
        name, _folder.Write($"{name}.jsonl", string.Concat(texts.Select(t => $"{{\"text\": \"{t}\"}}\n"))), kind);

    private sealed class Silence : IProgress<TokenizingProgress>
    {
        public void Report(TokenizingProgress value)
        {
        }
    }
}
