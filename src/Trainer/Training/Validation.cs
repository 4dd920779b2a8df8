using MolEngine.Data;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Training;

namespace MolEngine.Trainer.Training;

/// <summary>What a model says of a corpus's held-out documents: means over all their effective tokens.</summary>
/// <param name="KlDivergence">Of the student to the base; null where there is none.</param>
/// <param name="ForwardKl">Of the base to the student; null where there is none.</param>
/// <param name="KlGap">What KL to the base over the whole vocabulary exceeds KlDivergence by; null where there is no
/// base.</param>
/// <param name="ForwardGap">The same of ForwardKl.</param>
/// <param name="Loss">What the corpus's rows are trained with.</param>
internal sealed record CorpusFigures(
    string Corpus, CorpusKind Kind, int Documents, int Tokens, double CrossEntropy, double? KlDivergence,
    double? ForwardKl, double? KlGap, double? ForwardGap, double Loss);

/// <summary>Held-out documents of every corpus through student and base, without gradients.</summary>
internal sealed class Validation
{
    private readonly LossPass _pass;
    private readonly Student _student;
    private readonly TransformerWeights? _base;
    private readonly LossOptions _loss;
    private readonly IReadOnlyList<PackedCorpus> _corpora;
    private readonly int _microBatch;

    /// <param name="loss">Of corpora without a loss of their own.</param>
    /// <param name="documents">Held-out documents of each corpus, at most.</param>
    public Validation(
        LossPass pass, Student student, TransformerWeights? reference, LossOptions loss,
        IReadOnlyList<Corpus> corpora, int documents, int microBatch)
    {
        _pass = pass;
        _student = student;
        _base = reference;
        _loss = loss;
        _corpora = [.. corpora.Select(c => c.HeldOut.First(documents)).Where(c => c.HasEffectiveTokens)];
        _microBatch = microBatch;
    }

    /// <summary>Figures of every corpus that has held-out documents.</summary>
    /// <param name="progress">Told how many rows are done, and of how many.</param>
    public IReadOnlyList<CorpusFigures> Run(CancellationToken cancel, Action<long, long>? progress = null)
    {
        long done = 0, all = _corpora.Sum(c => (long)c.Rows);
        return [.. _corpora.Select(c => Corpus(c, rows => progress?.Invoke(done += rows, all), cancel))];
    }

    private CorpusFigures Corpus(PackedCorpus corpus, Action<int> seen, CancellationToken cancel)
    {
        int tokens = 0;
        TokenWeights losses = _loss.Weights(corpus.Kind, corpus.Losses);
        double ce = 0, kl = 0, forward = 0, gap = 0, forwardGap = 0, loss = 0;
        foreach (int[] chunk in Enumerable.Range(0, corpus.Rows).Chunk(_microBatch))
        {
            cancel.ThrowIfCancellationRequested();
            TokenRow[] rows = [.. chunk.Select(corpus.Row)];
            foreach (RowFigures row in _pass.Evaluate(rows, _student.Weights, _base, _loss, gaps: true))
            {
                tokens += row.EffectiveTokens;
                ce += row.EffectiveTokens * row.CrossEntropy;
                kl += row.EffectiveTokens * row.KlDivergence;
                forward += row.EffectiveTokens * row.ForwardKl;
                gap += row.EffectiveTokens * row.ReverseGap;
                forwardGap += row.EffectiveTokens * row.ForwardGap;
                loss += row.EffectiveTokens * losses.Of(row.GatedCe, row.HeldKl);
            }

            seen(rows.Length);
        }

        if (!double.IsFinite(ce + kl + forward + gap + forwardGap + loss))
        {
            throw new NonFiniteException(
                $"validation: {corpus.Name}: expected finite figures, got ce {ce / tokens}, kl {kl / tokens}. The "
                + "model's weights are broken, or the learning rate is too high.");
        }

        double? OfBase(double sum) => _base is null ? null : sum / tokens;
        return new CorpusFigures(
            corpus.Name, corpus.Kind, corpus.Documents, tokens, ce / tokens, OfBase(kl), OfBase(forward), OfBase(gap),
            OfBase(forwardGap), loss / tokens);
    }
}
