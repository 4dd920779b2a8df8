namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>Runs programs that a model wrote, so that they can do no harm.</summary>
public interface IProgramRunner
{
    /// <param name="program">Python, tests and all.</param>
    /// <returns>Whether it ran to its end, and in words how it ended.</returns>
    (bool Passed, string How) Run(string program, CancellationToken cancel);
}
