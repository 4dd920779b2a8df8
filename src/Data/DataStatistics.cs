using System.Text.Json.Serialization;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;

namespace MolEngine.Data;

/// <summary>What came out of a corpus.</summary>
/// <param name="Documents">To train on; the held-out ones are counted apart.</param>
/// <param name="Rows">Packed rows to train on.</param>
/// <param name="PackingEfficiency">Tokens over rows x context.</param>
/// <param name="CutDocuments">Documents that lie in more than one row.</param>
/// <param name="RowsPerEpoch">On average, where general corpora have no shares.</param>
/// <param name="Repeat">Rows of an epoch over rows: what became of repeat, or how often general text is seen.</param>
/// <param name="Weight">Weight of a row in the loss.</param>
/// <param name="ShareAsked">Share of the general rows, all shares adding up to 1; null where none was asked.</param>
/// <param name="ShareAchieved">Share of the general rows; null for domain corpora.</param>
public sealed record CorpusStatistics(
    [property: JsonPropertyOrder(-2)] string Name,
    [property: JsonIgnore] CorpusKind Kind,
    int Documents,
    long Tokens,
    int HeldOutDocuments,
    long HeldOutTokens,
    int Rows,
    double PackingEfficiency,
    int CutDocuments,
    double RowsPerEpoch,
    double Repeat,
    double Weight,
    double? ShareAsked,
    double? ShareAchieved,
    CorpusSource Source)
{
    /// <summary>The kind as data.json has it.</summary>
    [JsonPropertyOrder(-1)]
    public bool General => Kind == CorpusKind.General;
}

/// <summary>What came out of all data of a run: for its plan and its report.</summary>
/// <param name="DocumentEnd">How documents end, in words.</param>
/// <param name="RatioAchieved">General over domain rows of an epoch; null without domain rows.</param>
public sealed record DataStatistics(
    IReadOnlyList<CorpusStatistics> Corpora,
    int Context,
    PackingKind Packing,
    string DocumentEnd,
    int RowsPerEpoch,
    double RatioAsked,
    double? RatioAchieved)
{
    public static DataStatistics Of(
        DataSettings data, double ratioAsked, IReadOnlyList<Corpus> corpora, TrainingOrder order,
        DocumentTokenizer tokenizer)
    {
        double shares = data.Corpora.Sum(c => c.Share ?? 0);
        CorpusStatistics[] all =
        [
            .. corpora.Select((c, i) => Of(c, data.Corpora[i].Share / shares, order.RowsPerEpochOf(i), order)),
        ];
        double? ratio = double.IsNaN(order.AchievedRatio) ? null : order.AchievedRatio;
        return new(
            all, data.Context, data.Packing, tokenizer.EndRule, order.RowsPerEpoch, ratioAsked, ratio);
    }

    private static CorpusStatistics Of(Corpus corpus, double? share, double rowsPerEpoch, TrainingOrder order) => new(
        corpus.Name,
        corpus.Kind,
        corpus.Train.Documents,
        corpus.Train.Tokens,
        corpus.HeldOut.Documents,
        corpus.HeldOut.Tokens,
        corpus.Train.Rows,
        corpus.Train.Efficiency,
        corpus.Train.CutDocuments,
        rowsPerEpoch,
        corpus.Train.Rows == 0 ? 0 : rowsPerEpoch / corpus.Train.Rows,
        corpus.Train.Weight,
        share,
        corpus.Kind == CorpusKind.General && order.GeneralRowsPerEpoch > 0 ? rowsPerEpoch / order.GeneralRowsPerEpoch
            : null,
        corpus.Source);
}
