namespace MolEngine.Trainer.Experiments;

/// <summary>What the runs of an experiment are compared on with their base.</summary>
/// <param name="Tasks">Names, or absolute paths of task files.</param>
/// <param name="Data">Folders of the tasks' files, absolute.</param>
/// <param name="Texts">Names with absolute paths.</param>
/// <param name="Domain">Names of the tasks and texts that were to be learned.</param>
/// <param name="HeldOut">Whether held-out texts and questions of the runs count, too.</param>
/// <param name="Limit">Items and documents at most; null: all.</param>
internal sealed record JudgeSettings(
    IReadOnlyList<string> Tasks, IReadOnlyList<string> Data, IReadOnlyList<(string Name, string Path)> Texts,
    IReadOnlyList<string> Domain, bool HeldOut, int? Limit, bool AllowsCode)
{
    /// <summary>Whether there is anything to judge by.</summary>
    public bool IsEmpty => Tasks.Count == 0 && Texts.Count == 0 && !HeldOut;
}
