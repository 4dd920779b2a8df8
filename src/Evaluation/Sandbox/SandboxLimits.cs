namespace MolEngine.Evaluation.Sandbox;

/// <summary>What a program in the sandbox may use.</summary>
public sealed record SandboxLimits
{
    /// <summary>Wall time, after which the program and all that it started are killed.</summary>
    public TimeSpan Wall { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Processor time of each process; whole seconds, rounded up.</summary>
    public TimeSpan Processor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Address space of each process, in bytes; the interpreter's own is part of it.</summary>
    public long Memory { get; init; } = 1L << 30;

    /// <summary>Processes and threads at a time. Without namespaces none can be started, whatever this says.</summary>
    public int Processes { get; init; } = 32;

    /// <summary>Open files of a process.</summary>
    public int OpenFiles { get; init; } = 64;

    /// <summary>Bytes of a file that is written, and of all that the temporary folder holds.</summary>
    public long FileBytes { get; init; } = 16L << 20;

    /// <summary>Characters of output that are kept; what goes beyond them is read and dropped.</summary>
    public int Output { get; init; } = 64 << 10;
}
