namespace MolEngine.Kernels.Ops;

/// <summary>
/// What a backend does otherwise than it was asked to, for people: a library that failed, an image that was refused.
/// Each is told once, to everybody who listens.
/// </summary>
public sealed class BackendNotes
{
    private readonly List<string> _all = [];
    private Action<string>? _listeners;

    /// <summary>All so far, in order.</summary>
    public IReadOnlyList<string> All => _all;

    public void Add(string note)
    {
        if (_all.Contains(note))
            return;
        _all.Add(note);
        _listeners?.Invoke(note);
    }

    /// <summary>Tells what was noted so far, and from now on what will be.</summary>
    public void Tell(Action<string> listener)
    {
        foreach (string note in _all)
            listener(note);
        _listeners += listener;
    }
}
