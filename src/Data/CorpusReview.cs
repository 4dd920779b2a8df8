using System.Text.Json.Serialization;
using MolEngine.Data.Records;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Data;

/// <summary>A corpus as a person looks at it before a run: what training has made of its files.</summary>
/// <param name="Statistics">What came out of it.</param>
/// <param name="Shapes">Records of each shape, the most frequent first.</param>
/// <param name="CharactersPerToken">Of all documents, those held out among them.</param>
/// <param name="Lengths">Of the documents to train on.</param>
/// <param name="LongerThanRow">Documents to train on that no row holds whole.</param>
/// <param name="Copies">Documents whose text is another's.</param>
/// <param name="TrainedTokens">Tokens to train on that the loss sees.</param>
/// <param name="TimesInRun">How often the run sees the corpus; null without a run.</param>
/// <param name="First">The beginning of the first document as rows have it; empty without a document.</param>
public sealed record CorpusReview(
    CorpusStatistics Statistics,
    IReadOnlyList<ShapeCount> Shapes,
    double CharactersPerToken,
    LengthSpread Lengths,
    int LongerThanRow,
    TextCopies Copies,
    TrainOn TrainOn,
    long TrainedTokens,
    double? TimesInRun,
    [property: JsonIgnore] IReadOnlyList<InspectedToken> First)
{
    /// <summary>Part of the tokens to train on that the loss sees, from 0 to 1.</summary>
    public double TrainedShare => Statistics.Tokens == 0 ? 0 : (double)TrainedTokens / Statistics.Tokens;

    /// <summary>Looks at the corpora of a run.</summary>
    /// <param name="statistics">What came out of <paramref name="data"/>.</param>
    /// <param name="epochs">Epochs of the run; null where only the corpora are asked for.</param>
    public static IReadOnlyList<CorpusReview> Of(
        DataSettings settings, TrainingData data, DataStatistics statistics, Tokenizer tokenizer, double? epochs)
    {
        IReadOnlyList<TextCopies> copies = TextCopies.Of(data.Corpora);
        return [.. data.Corpora.Select((c, i) => Of(c, statistics.Corpora[i], copies[i], settings.Corpora[i].TrainOn))];

        CorpusReview Of(Corpus corpus, CorpusStatistics statistics, TextCopies copies, TrainOn trainOn) => new(
            statistics,
            corpus.Source.Shapes,
            (double)corpus.Source.Characters / Math.Max(1, statistics.Tokens + statistics.HeldOutTokens),
            LengthSpread.Of(corpus.Train.Lengths),
            corpus.Train.Lengths.Count(n => n > corpus.Train.Context),
            copies,
            trainOn,
            corpus.Train.EffectiveTokens,
            statistics.Repeat * epochs,
            CorpusInspection.FirstDocument(corpus.Train, tokenizer));
    }
}
