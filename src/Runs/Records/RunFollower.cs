using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Records;

/// <summary>How it stands with a run, as its folder shows it.</summary>
public enum RunState
{
    /// <summary>There is no run yet.</summary>
    NotBegun,

    /// <summary>A process trains.</summary>
    Running,

    /// <summary>It is not finished, and nobody trains.</summary>
    Stopped,

    /// <summary>It is finished.</summary>
    Ended,

    /// <summary>Its folder was there, and is not any more.</summary>
    Removed,
}

/// <summary>Follows a run by its folder: what was read of a growing metrics.jsonl is not read again. For one thread at
/// a time.</summary>
/// <param name="directory">It need not be there.</param>
public sealed class RunFollower(string directory)
{
    private readonly MetricsTail _metrics = new(Path.Combine(directory, "metrics.jsonl"));
    private bool _wasThere;

    /// <summary>The run's folder.</summary>
    public string Directory => directory;

    /// <summary>As of the last look.</summary>
    public RunState State { get; private set; }

    /// <summary>The run as of the last look that saw one; null before.</summary>
    public RunRecord? Record { get; private set; }

    /// <summary>Looks again.</summary>
    /// <exception cref="UserException">What is there cannot be read.</exception>
    public void Look()
    {
        if (!RunDirectory.Is(directory))
        {
            State = _wasThere ? RunState.Removed : RunState.NotBegun;
            return;
        }

        try
        {
            // First of all: a run that ends meanwhile has written all before its lock is free.
            bool isHeld = RunLock.Owner(directory) is not null;
            Record = RunRecordReader.Follow(directory, _metrics, isHeld);
            State = Record.Of("finished") is not null ? RunState.Ended : isHeld ? RunState.Running : RunState.Stopped;
            _wasThere = true;
        }
        catch (UserException) when (!RunDirectory.Is(directory))
        {
            State = RunState.Removed;
        }
    }
}
