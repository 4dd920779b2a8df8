namespace MolEngine.Evaluation.Tasks;

/// <summary>A task, or some of its subsets, as a person chose it.</summary>
/// <param name="Id">Name and, where it takes one to tell, harness.</param>
/// <param name="Subsets">Those asked; one without a name for a task that is one whole.</param>
public sealed record TaskChoice(EvalTask Task, string Id, IReadOnlyList<(string Name, string Title)> Subsets)
{
    /// <summary>The task with all its subsets.</summary>
    public static TaskChoice Whole(EvalTask task) =>
        new(task, task.Id, task.Subsets.Count > 0 ? task.Subsets : [("", "")]);

    /// <summary>What a name means of a task; null where it means none of it.</summary>
    public static TaskChoice? Of(EvalTask task, string name)
    {
        if (name == task.Id)
            return Whole(task);
        string at = task.Id[task.Name.Length..];
        bool mayBe = name.StartsWith(task.Name + "_", StringComparison.Ordinal)
            && name.EndsWith(at, StringComparison.Ordinal);
        if (!mayBe || name.Length <= task.Id.Length)
            return null;
        string part = name[(task.Name.Length + 1)..^at.Length];
        IReadOnlyList<string>? group = task.Groups.FirstOrDefault(g => g.Name == part).Subsets;
        (string Name, string Title)[] subsets =
            [.. task.Subsets.Where(s => group?.Contains(s.Name) ?? s.Name == part)];
        return subsets.Length == 0 ? null : new TaskChoice(task, name, subsets);
    }

    /// <summary>All names by which a task can be chosen.</summary>
    public static IEnumerable<string> Names(EvalTask task)
    {
        string at = task.Id[task.Name.Length..];
        return task.Groups.Select(g => g.Name).Concat(task.Subsets.Select(s => s.Name))
            .Select(part => $"{task.Name}_{part}{at}").Prepend(task.Id);
    }
}
