namespace MolEngine.Runs.Comparisons;

/// <summary>A model beside its base.</summary>
/// <param name="Place">Folder of the model, the adapter or the run.</param>
public sealed record ComparedModel(
    string Name, string Place, IReadOnlyList<TextChange> Texts, IReadOnlyList<TaskChange> Tasks)
{
    private const int MostShown = 10;

    /// <summary>Checkpoints of the run that made it, in the order of their steps; empty where none are compared.
    /// </summary>
    public IReadOnlyList<CheckpointChange> Checkpoints { get; init; } = [];

    /// <summary>Everything measured, what was to stay first.</summary>
    public IReadOnlyList<Measure> Measures =>
        [.. Texts.SelectMany(t => t.Measures).Concat(Tasks.Select(t => t.Measure)).OrderBy(m => m.IsDomain)];

    /// <summary>The ten items that changed most; of equals those that were lost, then those of general tasks.</summary>
    public IReadOnlyList<(TaskChange Task, ItemChange Item)> ChangedMost =>
    [
        .. Tasks.SelectMany(t => t.Items.Select(i => (Task: t, Item: i))).Where(i => i.Item.Drop != 0)
            .OrderByDescending(i => Math.Abs(i.Item.Drop)).ThenByDescending(i => i.Item.Drop > 0)
            .ThenBy(i => i.Task.IsDomain).Take(MostShown),
    ];
}
