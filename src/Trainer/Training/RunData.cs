using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Data;

namespace MolEngine.Trainer.Training;

/// <summary>The data of a run: how texts become tokens, the packed corpora, and the order of their rows.</summary>
internal sealed record RunData(TextTokenizer Texts, IReadOnlyList<Corpus> Corpora, TrainingOrder Order)
{
    /// <param name="config">Of the run's model; its weights are not needed.</param>
    /// <param name="cancel">Looked at while texts are read.</param>
    /// <exception cref="UserException">A corpus is broken, or there is nothing to train on.</exception>
    public static RunData Load(
        RunConfig run, ModelConfig config, Tokenizer tokenizer, IProgress<TokenizingProgress> progress,
        CancellationToken cancel)
    {
        TextTokenizer texts = TextTokenizer.Of(
            tokenizer, run.Model, DocumentEnd.Resolve(run.Data.DocumentEnd, config, tokenizer));
        IReadOnlyList<Corpus> corpora =
            new CorpusLoader(texts, run.Threads, progress).Load(run.Data, run.Validate, cancel);

        // A token is predicted by the one before it in its document.
        Corpus? mute = corpora.FirstOrDefault(c => c.Train.Tokens <= c.Train.Documents);
        if (mute is not null)
        {
            throw new UserException(
                $"corpus {mute.Name}: expected documents of two tokens and more, the end token counted, got none with "
                + "a token to predict. Give it other texts.");
        }

        return new RunData(texts, corpora, OrderOf(run, corpora));
    }

    private static TrainingOrder OrderOf(RunConfig run, IReadOnlyList<Corpus> corpora)
    {
        TrainingOrder order = TrainingOrder.For(run, corpora);
        return order.Steps <= ConfigKeys.MaxSteps ? order : throw new UserException(
            $"epochs: expected at most {ConfigKeys.MaxSteps} steps, got {order.Steps}. Lower epochs, or raise "
            + "global_batch.");
    }
}
