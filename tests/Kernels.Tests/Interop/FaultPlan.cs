using System.Runtime.CompilerServices;

namespace MolEngine.Kernels.Tests.Interop;

/// <summary>
/// What the fake libraries share: they count their calls, keep the objects that are alive, note whatever a real library
/// would not forgive, and fail where a test wants it.
/// </summary>
public sealed class FaultPlan
{
    private readonly Dictionary<nint, string> _live = [];
    private nint _next = 0x1000;

    /// <summary>The exception of a strict driver.</summary>
    public sealed class StrictException() : Exception("a strict driver's own report");

    /// <summary>The call, counted from 0, that fails; none by default.</summary>
    public int FailAt { get; init; } = -1;

    /// <summary>The failing call throws, as a strict driver may.</summary>
    public bool Throws { get; init; }

    public List<string> Calls { get; } = [];

    public IReadOnlyCollection<string> Live => _live.Values;

    public List<string> Mistakes { get; } = [];

    /// <summary>Notes a call; true where it is to fail.</summary>
    public bool Fails([CallerMemberName] string call = "")
    {
        Calls.Add(call);
        if (Calls.Count - 1 != FailAt)
            return false;
        return Throws ? throw new StrictException() : true;
    }

    public nint Make(string kind)
    {
        nint made = _next;
        _next += 0x1000;
        _live[made] = kind;
        return made;
    }

    /// <summary>Released for good, even by a call that fails: nobody may try again.</summary>
    public void Remove(string kind, nint released)
    {
        if (!_live.Remove(released, out string? was) || was != kind)
            Mistakes.Add($"release of {kind} {released:x}: it was {was ?? "not alive"}");
    }
}
