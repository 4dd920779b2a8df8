using MolEngine.Data;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Evaluation;
using MolEngine.Evaluation.Comparing;
using MolEngine.Evaluation.Tasks.Scoring;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Comparing;

/// <summary>The questions of a run, put to base and models.</summary>
internal sealed class QuestionSource
{
    private const string Score = "answered";

    private readonly Questionnaire _questions;

    private QuestionSource(string name, Questionnaire questions, int maxTokens)
    {
        (Name, _questions) = (name, questions);
        How =
        [
            "questions of a run, answered greedily", $"up to {maxTokens} tokens", "right is an answer that is expected",
        ];
    }

    public string Name { get; }

    /// <summary>How they are asked.</summary>
    public IReadOnlyList<string> How { get; }

    public int Count => _questions.Questions.Count;

    /// <summary>Of runs that ask; the same questions are asked once.</summary>
    /// <param name="folder">The base's, whose chat template asks.</param>
    /// <exception cref="UserException">A file is gone, or is no file of questions.</exception>
    public static IReadOnlyList<QuestionSource> Of(
        IReadOnlyList<ComparedInput> runs, string folder, Ops ops, ModelConfig config, Tokenizer tokenizer, int? limit)
    {
        var sources = new List<QuestionSource>();
        var seen = new HashSet<string>();
        foreach (ComparedInput input in runs)
        {
            RunConfig run = input.Run!;
            if (run.Questions is not { } settings)
                continue;
            DocumentTokenizer texts = DocumentTokenizer.Of(tokenizer, config, folder, run.Data);
            Question[] questions =
                [.. QuestionFile.Read(settings.File, texts, tokenizer).Take(limit ?? int.MaxValue)];
            if (!seen.Add(string.Join('\n', questions.Select(q => string.Join(' ', q.Document)))))
                continue;
            var asked = new Questionnaire(
                ops, config, tokenizer, questions, settings.MaxTokens, texts.StopIds(folder));
            string name = sources.Count == 0 ? "questions" : $"{input.Name}: questions";
            sources.Add(new QuestionSource(name, asked, settings.MaxTokens));
        }

        return sources;
    }

    /// <param name="progress">Told how many questions are asked, and of how many.</param>
    public IReadOnlyList<ItemAnswer> Ask(
        TransformerWeights weights, CancellationToken cancel, Action<long, long> progress)
    {
        return [.. _questions.Ask(weights, cancel, progress).Select((a, i) => Answered(_questions.Questions[i], i, a))];
    }

    private static ItemAnswer Answered(Question question, int place, GivenAnswer given)
    {
        var score = new Observation(Score, question.IsRight(given.Text) ? 1 : 0);
        var answer = new ItemAnswer(
            "", place, question.Shown, given.Text, string.Join(" | ", question.Accepted), score);
        return given.LogProbs.Count == 0 ? answer : answer with
        {
            Probabilities = Calibration.Probabilities(given.LogProbs),
            Right = question.Options.Index().First(o => question.IsRight(o.Item.Answer)).Index,
        };
    }
}
