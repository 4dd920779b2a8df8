using MolEngine.Data.Records;
using MolEngine.Data.Settings;
using MolEngine.Engine.Batches;

namespace MolEngine.Data;

/// <summary>What a run trains on: corpora, and which of their rows each optimizer step sees.</summary>
public sealed record TrainingData(IReadOnlyList<Corpus> Corpora, TrainingOrder Order) : IDisposable
{
    /// <summary>What a config asks for, read, tokenized and packed.</summary>
    /// <exception cref="UserException">A corpus is not there, is broken, or holds nothing to train on.</exception>
    public static TrainingData Load(
        DataSettings data, OrderSettings settings, DocumentTokenizer texts, int threads,
        IProgress<TokenizingProgress> progress, CancellationToken cancel)
    {
        IReadOnlyList<Corpus> corpora = new CorpusLoader(texts, threads, progress).Load(data, cancel);

        int mute = corpora.ToList().FindIndex(c => !c.Train.HasEffectiveTokens);
        if (mute >= 0)
        {
            throw new UserException(data.Corpora[mute].TrainOn == TrainOn.Assistant
                ? $"corpus {corpora[mute].Name}: expected something that the assistant says, got nothing to train on. "
                    + "Give it other dialogues, or train on all of them (train_on: all)."
                : $"corpus {corpora[mute].Name}: expected documents of two tokens and more, the end token counted, got "
                    + "none with a token to predict. Give it other texts.");
        }

        TrainingOrder order = TrainingOrder.For(settings, data, corpora);
        return order.Steps <= OrderKeys.MaxSteps ? new TrainingData(corpora, order) : throw new UserException(
            $"epochs: expected at most {OrderKeys.MaxSteps} steps, got {order.Steps}. Lower epochs, or raise "
            + "global_batch.");
    }

    /// <summary>The rows of a step (from 0), as the order names them.</summary>
    public TokenRow[] Rows(long step, long skipped = 0) =>
        [.. Order.RowsOfStep(step, skipped).Select(r => Corpora[r.Corpus].Train.Row(r.Row))];

    /// <summary>Closes the corpora's files: no row is read afterwards.</summary>
    public void Dispose()
    {
        foreach (Corpus corpus in Corpora)
            corpus.Dispose();
    }
}
