namespace MolEngine.Trainer;

/// <summary>What the process returns.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>The run began and failed.</summary>
    public const int Failed = 1;

    /// <summary>A mistake in the command line, the config or the data.</summary>
    public const int UserError = 2;

    /// <summary>The machine lacks something: a GPU, a library, memory.</summary>
    public const int Environment = 3;

    /// <summary>Stopped by Ctrl-C, SIGTERM or SIGHUP.</summary>
    public const int Interrupted = 130;
}
