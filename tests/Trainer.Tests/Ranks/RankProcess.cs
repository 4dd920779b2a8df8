using System.Diagnostics;
using System.Text;

namespace MolEngine.Trainer.Tests.Ranks;

/// <summary>A launcher at work; killed with all that it has started where a test leaves it.</summary>
internal sealed class RankProcess : IDisposable
{
    /// <summary>Within it a run that cannot go on must be down everywhere.</summary>
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    public RankProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>All lines so far, of both streams.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary>Waits for its end, a minute at most; its exit code.</summary>
    public int End()
    {
        Assert.True(_process.WaitForExit(Minute), $"a minute later it is not down: {Said}");
        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Waits for its end, which must be a good one; what it said.</summary>
    public string Succeed()
    {
        Assert.True(End() == 0, Said);
        return Said;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        lock (_said)
            _said.AppendLine(line);
    }
}
