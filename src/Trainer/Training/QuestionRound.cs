using MolEngine.Engine.Models.Common;
using MolEngine.Evaluation;
using MolEngine.Runs;
using MolEngine.Runs.Records;

namespace MolEngine.Trainer.Training;

/// <summary>The questions of a run: put to the model it starts from, and to the student after the last step.</summary>
internal sealed class QuestionRound
{
    private readonly TrainingSession _session;
    private readonly Questionnaire _questions;
    private readonly bool[] _inTraining;
    private string[]? _before;

    private QuestionRound(TrainingSession session, Questionnaire questions)
    {
        _session = session;
        _questions = questions;
        _inTraining = questions.InTraining(session.Corpora);
    }

    public int Asked => _inTraining.Length;

    /// <summary>Questions that are training documents as well.</summary>
    public int InTraining => _inTraining.Count(x => x);

    /// <summary>Null where the run asks nothing.</summary>
    public static QuestionRound? Of(TrainingSession session) =>
        session.Questions is { } questions ? new QuestionRound(session, questions) : null;

    /// <summary>
    /// Asks, and keeps question by question what came out in the run directory. A resumed run asks its starting model
    /// again: that is still there, its answers need not be.
    /// </summary>
    /// <param name="progress">Told how many questions are asked, and of how many.</param>
    public QuestionScore Ask(long step, CancellationToken cancel, Action<long, long> progress)
    {
        _before ??= Said(_session.Model.Start);
        string[]? after = step == 0 ? null : Said(_session.Model.Student.Weights);
        QuestionOutcome[] outcomes = [.. _questions.Questions.Select((q, i) => new QuestionOutcome(
            q.Shown, q.Expected, _inTraining[i],
            _before[i], q.IsRight(_before[i]),
            after?[i], after is null ? null : q.IsRight(after[i])))];
        RunFacts.Write(_session.Run.Output, outcomes);
        return new QuestionScore(outcomes.Count(o => o.RightAfter ?? o.RightBefore), outcomes.Length);

        string[] Said(TransformerWeights weights) => [.. _questions.Ask(weights, cancel, progress).Select(a => a.Text)];
    }
}
