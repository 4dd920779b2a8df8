using MolEngine.Data;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Ops;

namespace MolEngine.Evaluation;

/// <summary>Puts questions to a model, which answers greedily.</summary>
/// <param name="maxTokens">Tokens of an answer at most.</param>
/// <param name="stopIds">Ids that end an answer.</param>
public sealed class Questionnaire(
    Ops ops, ModelConfig config, Tokenizer tokenizer, IReadOnlyList<Question> questions, int maxTokens,
    IReadOnlyCollection<int> stopIds)
{
    public IReadOnlyList<Question> Questions => questions;

    /// <summary>Of a prompt and its answer.</summary>
    public int MostTokens => questions.Max(q => q.Prompt.Length) + maxTokens;

    /// <summary>The answers, in the order of the questions.</summary>
    /// <param name="progress">Told how many questions are asked, and of how many.</param>
    public string[] Ask(TransformerWeights weights, CancellationToken cancel, Action<long, long>? progress = null)
    {
        using var decoder = new Decoder(ops, config, weights, MostTokens);
        string[] answers = new string[questions.Count];
        for (int i = 0; i < answers.Length; i++)
        {
            answers[i] = Answer(decoder, questions[i], cancel);
            progress?.Invoke(i + 1, answers.Length);
        }

        return answers;
    }

    /// <summary>
    /// Whether each question's document is one that the corpora train on, in the order of the questions.
    /// </summary>
    public bool[] InTraining(IReadOnlyList<Corpus> corpora) => InTraining(questions, corpora);

    /// <inheritdoc cref="InTraining(IReadOnlyList{Corpus})"/>
    public static bool[] InTraining(IReadOnlyList<Question> questions, IReadOnlyList<Corpus> corpora)
    {
        bool[] found = new bool[questions.Count];
        ILookup<int, int> byLength = Enumerable.Range(0, found.Length).ToLookup(q => questions[q].Document.Length);
        foreach (PackedCorpus corpus in corpora.Select(c => c.Train))
        {
            for (int d = 0; d < corpus.Documents; d++)
            {
                foreach (int q in byLength[corpus.LengthOf(d)])
                    found[q] |= corpus.Document(d).AsSpan().SequenceEqual(questions[q].Document);
            }
        }

        return found;
    }

    private string Answer(Decoder decoder, Question question, CancellationToken cancel)
    {
        StreamingDecoder text = tokenizer.CreateDecoder(skipSpecialTokens: true);
        string said = "";
        int tokens = 0;
        decoder.Clear();
        foreach (int id in TextGenerator.Stream(decoder, question.Prompt))
        {
            cancel.ThrowIfCancellationRequested();
            if (stopIds.Contains(id))
                break;
            said += text.Append(id);
            question.AnswerIn(said, out bool ended);
            if (ended || ++tokens == maxTokens)
                break;
        }

        return question.AnswerIn(said + text.Finish(), out _).Trim();
    }
}
