using MolEngine.Basics.Text;
using MolEngine.Evaluation.Tasks.Documents;

namespace MolEngine.Evaluation.Tasks.Prompts;

/// <summary>
/// Chooses the examples before each question, as lm-evaluation-harness does: drawn with one generator from question to
/// question, in their order.
/// </summary>
/// <param name="pool">What is chosen from.</param>
/// <param name="count">Examples before a question.</param>
public sealed class ShotSampler(EvalTask task, IReadOnlyList<TaskDocument> pool, int count)
{
    private readonly PythonRandom _random = new(task.FewShot.Seed);

    /// <summary>The examples before the next question.</summary>
    /// <param name="asked">The question: where examples are of the test itself, it is none of them.</param>
    /// <exception cref="UserException">There are too few.</exception>
    public IReadOnlyList<TaskDocument> Next(TaskDocument asked)
    {
        bool isOfTest = task.FewShot.Records is null && task.FewShot.Source == ShotSource.Test;
        int wanted = count == 0 ? 0 : isOfTest ? count + 1 : count;
        if (wanted > pool.Count)
        {
            string most = Counts.Of(isOfTest ? pool.Count - 1 : pool.Count, "example");
            string none = pool.Count == 0 ? ". The data that was found has none" : "";
            throw new UserException(
                $"--shots: {task.Id}: expected at most {most}, which is what there is, got {count}{none}");
        }

        IEnumerable<TaskDocument> drawn = task.FewShot.Pick == ShotPick.First || wanted == 0
            ? pool.Take(wanted)
            : _random.Sample(pool.Count, wanted).Select(i => pool[i]);
        return [.. drawn.Where(d => !isOfTest || !d.Fields.Equals(asked.Fields)).Take(count)];
    }
}
