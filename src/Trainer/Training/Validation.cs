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
/// <param name="Each">The same of each document, in their order.</param>
internal sealed record CorpusFigures(
    string Corpus, CorpusKind Kind, int Documents, int Tokens, double CrossEntropy, double? KlDivergence,
    double? ForwardKl, double? KlGap, double? ForwardGap, double Loss, IReadOnlyList<DocumentFigures> Each);

/// <summary>What a model says of one held-out document: means over its effective tokens.</summary>
/// <param name="KlDivergence">Of the student to the base over the whole vocabulary; null where there is none.</param>
internal sealed record DocumentFigures(int Tokens, double CrossEntropy, double? KlDivergence);

/// <summary>
/// Held-out documents of every corpus through student and base, without gradients; each document in rows of its own, as
/// `score` reads it, so that it is judged by itself.
/// </summary>
internal sealed class Validation
{
    private readonly LossPass _pass;
    private readonly Student _student;
    private readonly TransformerWeights? _base;
    private readonly LossOptions _loss;
    private readonly IReadOnlyList<PackedCorpus> _corpora;
    private readonly int _tokensAtOnce;
    private readonly DataParallel _ranks;

    /// <param name="loss">Of corpora without a loss of their own.</param>
    /// <param name="documents">Held-out documents of each corpus, at most.</param>
    /// <param name="tokensAtOnce">Tokens that the pass was made for.</param>
    /// <param name="ranks">Who shares the documents: each document's figures are the same whoever computes
    /// them.</param>
    public Validation(
        LossPass pass, Student student, TransformerWeights? reference, LossOptions loss,
        IReadOnlyList<Corpus> corpora, int documents, int tokensAtOnce,
        DataParallel ranks)
    {
        _pass = pass;
        _student = student;
        _base = reference;
        _loss = loss;
        _corpora = [.. corpora.Select(c => c.HeldOut.First(documents)).Where(c => c.HasEffectiveTokens)];
        (_tokensAtOnce, _ranks) = (tokensAtOnce, ranks);
    }

    /// <summary>Figures of every corpus that has held-out documents.</summary>
    /// <param name="progress">Told how many documents are done, and of how many.</param>
    public IReadOnlyList<CorpusFigures> Run(CancellationToken cancel, Action<long, long>? progress = null)
    {
        long done = 0, all = _corpora.Sum(c => (long)c.Documents);
        return [.. _corpora.Select(c => Corpus(c, () => progress?.Invoke(++done, all), cancel))];
    }

    private CorpusFigures Corpus(PackedCorpus corpus, Action seen, CancellationToken cancel)
    {
        var sums = new Sums[corpus.Documents];
        TokenWeights losses = _loss.Weights(corpus.Kind, corpus.Losses);
        int[][] shares = _ranks.Shares(corpus.Documents, corpus.RowsOf);
        foreach ((int Document, TokenRow Row)[] chunk in AtOnce(corpus, shares[_ranks.Rank], seen))
        {
            _ranks.Progress();
            cancel.ThrowIfCancellationRequested();
            RowFigures[] figures =
                _pass.Evaluate([.. chunk.Select(c => c.Row)], _student.Weights, _base, _loss, gaps: true);
            for (int i = 0; i < figures.Length; i++)
                sums[chunk[i].Document] += Sums.Of(figures[i], losses);
        }

        double[][] told = _ranks.Gather(shares, document => sums[document].Numbers);
        Sums all = (sums = [.. told.Select(Sums.Of)]).Aggregate((a, b) => a + b);
        int tokens = all.Tokens;
        if (!double.IsFinite(all.Ce + all.Kl + all.Forward + all.Gap + all.ForwardGap + all.Loss))
        {
            throw new NonFiniteException(
                $"validation: {corpus.Name}: expected finite figures, got ce {all.Ce / tokens}, kl "
                + $"{all.Kl / tokens}. The model's weights are broken, or the learning rate is too high.");
        }

        double? OfBase(double sum, int count) => _base is null ? null : sum / count;
        return new CorpusFigures(
            corpus.Name, corpus.Kind, corpus.Documents, tokens, all.Ce / tokens, OfBase(all.Kl, tokens),
            OfBase(all.Forward, tokens), OfBase(all.Gap, tokens), OfBase(all.ForwardGap, tokens), all.Loss / tokens,
            [.. sums.Select(d => new DocumentFigures(d.Tokens, d.Ce / d.Tokens, OfBase(d.Kl + d.Gap, d.Tokens)))]);
    }

    /// <summary>The rows of documents in as few passes as there is room for.</summary>
    private IEnumerable<(int Document, TokenRow Row)[]> AtOnce(PackedCorpus corpus, int[] documents, Action seen)
    {
        var rows = new List<(int, TokenRow)>();
        int tokens = 0;
        foreach (int document in documents)
        {
            foreach (TokenRow row in corpus.RowsOf(document))
            {
                if (tokens + row.Tokens.Length > _tokensAtOnce)
                {
                    yield return [.. rows];
                    rows.Clear();
                    tokens = 0;
                }

                rows.Add((document, row));
                tokens += row.Tokens.Length;
            }

            seen();
        }

        yield return [.. rows];
    }

    /// <summary>Sums over effective tokens.</summary>
    private readonly record struct Sums(
        int Tokens, double Ce, double Kl, double Forward, double Gap, double ForwardGap, double Loss)
    {
        /// <summary>As <see cref="Of(double[])"/> takes them.</summary>
        public double[] Numbers => [Tokens, Ce, Kl, Forward, Gap, ForwardGap, Loss];

        public static Sums Of(double[] n) => new((int)n[0], n[1], n[2], n[3], n[4], n[5], n[6]);

        public static Sums Of(RowFigures row, TokenWeights losses)
        {
            int tokens = row.EffectiveTokens;
            return new Sums(
                tokens, tokens * row.CrossEntropy, tokens * row.KlDivergence, tokens * row.ForwardKl,
                tokens * row.ReverseGap, tokens * row.ForwardGap, tokens * losses.Of(row.GatedCe, row.HeldKl));
        }

        public static Sums operator +(Sums a, Sums b) => new(
            a.Tokens + b.Tokens, a.Ce + b.Ce, a.Kl + b.Kl, a.Forward + b.Forward, a.Gap + b.Gap,
            a.ForwardGap + b.ForwardGap, a.Loss + b.Loss);
    }
}
