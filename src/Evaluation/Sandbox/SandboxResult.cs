namespace MolEngine.Evaluation.Sandbox;

/// <summary>What came of a program.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Output">What it wrote, standard output and errors together, cut to the limit.</param>
/// <param name="Confinement">How it was confined, for people: <see cref="PythonSandbox.Confinement"/>.</param>
public sealed record SandboxResult(SandboxOutcome Outcome, string Output, string Confinement)
{
    /// <summary>Whether the program ran to its end, and so its tests passed.</summary>
    public bool Passed => Outcome == SandboxOutcome.Passed;
}
