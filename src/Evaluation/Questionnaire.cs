using MolEngine.Data;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Ops;

namespace MolEngine.Evaluation;

/// <summary>
/// Puts questions to a model, which answers greedily; of a question with options the most probable one is its answer.
/// </summary>
/// <param name="maxTokens">Tokens of an answer at most.</param>
/// <param name="stopIds">Ids that end an answer.</param>
public sealed class Questionnaire(
    Ops ops, ModelConfig config, Tokenizer tokenizer, IReadOnlyList<Question> questions, int maxTokens,
    IReadOnlyCollection<int> stopIds)
{
    /// <summary>Questions that are asked at a time.</summary>
    private const int MostRows = 16;

    /// <summary>Tokens of their cache, where one question takes no more.</summary>
    private const int MostCached = 4096;

    public IReadOnlyList<Question> Questions => questions;

    /// <summary>Of a prompt and its answer.</summary>
    public int MostTokens => Math.Max(
        questions.Max(q => q.Prompt.Length) + maxTokens,
        questions.SelectMany(q => q.Options).Select(o => o.Context.Length + o.Label.Length).DefaultIfEmpty().Max());

    /// <summary>The batch that questions are asked in: its cache has room for the longest, or for several.</summary>
    public GenerationBatch Batch(TransformerWeights weights)
    {
        int rows = Math.Min(MostRows, questions.Count);
        long all = (long)rows * PagedLayout.PagesOf(MostTokens) * PagedLayout.PageTokens;
        return new GenerationBatch(
            ops, config, weights, rows, (int)Math.Max(MostTokens, Math.Min(all, MostCached)), MostTokens);
    }

    /// <summary>The answers, in the order of the questions.</summary>
    /// <param name="progress">Told how many questions are asked, and of how many.</param>
    public GivenAnswer[] Ask(TransformerWeights weights, CancellationToken cancel, Action<long, long>? progress = null)
    {
        var answers = new GivenAnswer[questions.Count];
        if (answers.Length == 0)
            return answers;
        int done = 0;
        using GenerationBatch batch = Batch(weights);
        Choose(batch, answers, cancel, chosen => progress?.Invoke(done = chosen, answers.Length));
        var asked = new Dictionary<GenerationRow, Answering>();
        for (int i = 0; i < questions.Count; i++)
        {
            if (questions[i].Options.Count > 0)
                continue;
            var request = new GenerationRequest(questions[i].Prompt, maxTokens) { StopIds = stopIds };
            asked[batch.Add(request)] = new Answering(questions[i], i, tokenizer.CreateDecoder(true));
        }

        while (!batch.IsIdle)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (GeneratedToken token in batch.Step())
            {
                Answering answering = asked[token.Row];
                if (!stopIds.Contains(token.Id) && answering.Append(token.Id))
                    batch.Remove(token.Row);
                if (token.Row.Stop is null)
                    continue;
                answers[answering.Index] = new GivenAnswer(answering.Answer(), []);
                progress?.Invoke(++done, answers.Length);
            }
        }

        return answers;
    }

    /// <summary>Answers the questions with options; of equally probable ones the first is taken.</summary>
    /// <param name="progress">Told how many are answered.</param>
    private void Choose(GenerationBatch batch, GivenAnswer[] answers, CancellationToken cancel, Action<int> progress)
    {
        var scorer = new ContinuationScorer(batch);
        int done = 0;
        for (int i = 0; i < questions.Count; i++)
        {
            IReadOnlyList<QuestionOption> options = questions[i].Options;
            if (options.Count == 0)
                continue;
            IReadOnlyList<ScoredContinuation> scored = scorer.Score(
                [.. options.Select(o => new Continuation(o.Context, o.Label))], cancel);
            int best = 0;
            for (int o = 1; o < scored.Count; o++)
                best = scored[o].LogProb > scored[best].LogProb ? o : best;
            answers[i] = new GivenAnswer(options[best].Answer, [.. scored.Select(s => s.LogProb)]);
            progress(++done);
        }
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

    /// <summary>A question, and what is said so far.</summary>
    private sealed class Answering(Question question, int index, StreamingDecoder text)
    {
        private string _said = "";

        public int Index => index;

        /// <summary>Takes an id in; true where nothing that follows could be a part of the answer.</summary>
        public bool Append(int id)
        {
            _said += text.Append(id);
            question.AnswerIn(_said, out bool ended);
            return ended;
        }

        public string Answer() => question.AnswerIn(_said + text.Finish(), out _).Trim();
    }
}
