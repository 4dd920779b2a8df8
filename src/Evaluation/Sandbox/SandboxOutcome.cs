namespace MolEngine.Evaluation.Sandbox;

/// <summary>How a program in the sandbox ended.</summary>
public enum SandboxOutcome
{
    /// <summary>The program ran to its end, without an exception.</summary>
    Passed,

    /// <summary>An exception, an end before the end (sys.exit too), or a kill by a limit.</summary>
    Failed,

    /// <summary>The wall time was over.</summary>
    TimedOut,
}
