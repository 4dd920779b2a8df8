using MolEngine.Evaluation.Sandbox;

namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>The programs of a task, in the sandbox, each in the time that the task allows it.</summary>
public sealed class SandboxedPrograms : IProgramRunner
{
    /// <summary>Characters of what a program wrote that a result shows.</summary>
    private const int MostShown = 2000;

    private readonly PythonSandbox _sandbox;

    /// <param name="allowed">Whether the user allowed that programs of a model run.</param>
    /// <exception cref="UserException">The user did not.</exception>
    /// <exception cref="EnvironmentFaultException">There is no python3, or it does not run.</exception>
    public SandboxedPrograms(CodeSettings code, bool allowed)
    {
        var time = TimeSpan.FromSeconds(code.Seconds);
        _sandbox = PythonSandbox.Open(allowed, new SandboxLimits { Wall = time, Processor = time });
    }

    /// <summary>How programs are confined, for people.</summary>
    public string Confinement => _sandbox.Confinement;

    public (bool Passed, string How) Run(string program, CancellationToken cancel)
    {
        SandboxResult result = _sandbox.Run(program, cancel);
        string output = result.Output.Trim();
        string shown = output.Length > MostShown ? "..." + output[^MostShown..] : output;
        string how = result.Outcome.ToString().ToLowerInvariant();
        return (result.Passed, shown.Length > 0 ? $"{how}: {shown}" : how);
    }
}
