namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>Runs programs that a model wrote, so that they can do no harm.</summary>
public interface IProgramRunner
{
    /// <param name="program">Python.</param>
    /// <param name="seconds">Time that it may take.</param>
    /// <returns>Whether it ended well, and in words how it ended.</returns>
    (bool EndedWell, string How) Run(string program, int seconds, CancellationToken cancel);
}
