using MolEngine.Data;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;
using MolEngine.Evaluation;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.FirstLook;

/// <summary>
/// The data of a run as a person looks at it before he trusts it: read, tokenized, packed and ordered by the code that
/// trains.
/// </summary>
/// <param name="Order">Null where corpora are looked at without a run.</param>
/// <param name="Questions">Questions, and how many of them are training documents; null where nothing is asked.</param>
/// <param name="Warnings">What may not be as it was meant, a sentence each.</param>
internal sealed record DataReview(
    RunConfig Run, DocumentTokenizer Texts, Tokenizer Tokenizer, TrainingData Data, DataStatistics Statistics,
    TrainingOrder? Order, IReadOnlyList<CorpusReview> Corpora, (int Asked, int TrainedOn)? Questions,
    IReadOnlyList<string> Warnings) : IDisposable
{
    /// <summary>Reads the data of a config.</summary>
    /// <param name="isWholeRun">Whether the config is a run's, and not one made for a corpus alone.</param>
    /// <param name="display">Told what is read.</param>
    /// <exception cref="UserException">What training would say of the data.</exception>
    public static DataReview Of(RunConfig run, bool isWholeRun, IRunDisplay display, CancellationToken cancel)
    {
        ModelConfig model = ModelConfig.Load(run.Model);
        Tokenizer tokenizer = FittingTokenizer.Load(run.Model, model);
        DocumentTokenizer texts = DocumentTokenizer.Of(tokenizer, model, run.Model, run.Data);
        TrainingData data = TrainingData.Load(run.Data, run.Order, texts, run.Threads, display, cancel);
        try
        {
            display.Doing("looking for copies");
            var statistics = DataStatistics.Of(run.Data, run.Order.Ratio, data.Corpora, data.Order, texts);
            TrainingOrder? order = isWholeRun ? data.Order : null;
            IReadOnlyList<CorpusReview> corpora =
                CorpusReview.Of(run.Data, data, statistics, tokenizer, order?.Epochs);
            (int, int)? questions = null;
            if (run.Questions is { } asked)
            {
                IReadOnlyList<Question> all = QuestionFile.Read(asked.File, texts, tokenizer);
                questions = (all.Count, Questionnaire.InTraining(all, data.Corpora).Count(x => x));
            }

            string[] odd = order is null ? [] : [.. PlanCheck.OddData(run, model, data.Corpora, order)];
            string[] warnings = [.. tokenizer.Notes, .. odd, .. OfCopies(corpora)];
            return new(run, texts, tokenizer, data, statistics, order, corpora, questions, warnings);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Data.Dispose();

    private static IEnumerable<string> OfCopies(IReadOnlyList<CorpusReview> corpora) => corpora
        .Where(c => c.Copies.OfHeldOut > 0)
        .Select(c => $"corpus {c.Statistics.Name} trains on {DataFacts.Documents(c.Copies.OfHeldOut)} that another "
            + "corpus holds out: validation will flatter. Remove the copies from one of them");
}
