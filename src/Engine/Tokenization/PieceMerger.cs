namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Turns matches and the stretches between them into pieces, as a <see cref="SplitBehavior"/> wants it.
/// </summary>
internal ref struct PieceMerger(SplitBehavior behavior, List<int> ends)
{
    private int _end = -1;
    private bool _match;

    /// <summary>
    /// Adds the stretch from the last end to this one; an empty match only parts what it stands between.
    /// </summary>
    public void Add(int end, bool match)
    {
        if (_end >= 0 && !Joins(match))
            Close();
        _end = end;
        _match = match;
    }

    public void Finish() => Close();

    private readonly bool Joins(bool match) => behavior switch
    {
        SplitBehavior.Contiguous => match == _match,
        SplitBehavior.MergedWithPrevious => match && !_match,
        SplitBehavior.MergedWithNext => !match && _match,
        _ => false,
    };

    private readonly void Close()
    {
        if (_end <= (ends.Count > 0 ? SplitStage.EndOf(ends[^1]) : 0))
            return;
        bool removed = behavior == SplitBehavior.Removed && _match;
        ends.Add(removed ? SplitStage.Remove(_end) : _end);
    }
}
