using System.Reflection;
using System.Text;
using MolEngine.Basics.Text;

namespace MolEngine.Evaluation.Tasks;

/// <summary>The tasks that come with the program, and task files of a person.</summary>
public static class TaskLibrary
{
    private const string Prefix = "tasks/", Option = "--tasks: ";

    private static readonly string[] Extensions = [".yaml", ".yml"];

    private static readonly Lazy<IReadOnlyList<EvalTask>> Read = new(
        () => [.. Names().Select(n => TaskReader.Read(TextOf(n), n[Prefix.Length..]))]);

    /// <summary>The tasks that come with the program, by name.</summary>
    public static IReadOnlyList<EvalTask> All => Read.Value;

    /// <summary>What <c>--tasks</c> names, in its order.</summary>
    /// <param name="names">Task, task_subset or task_group, each with @harness or without; or the path of a file.
    /// </param>
    /// <param name="where">What mistakes begin with: who names tasks by a key of a file says which before.</param>
    /// <exception cref="UserException">There is no such task, or one comes twice.</exception>
    public static IReadOnlyList<TaskChoice> Find(string names, string where = Option)
    {
        string[] given = names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        TaskChoice[] found = [.. given.Select(name => One(name, where))];
        string? twice = found.GroupBy(f => f.Id).FirstOrDefault(g => g.Count() > 1)?.Key;
        return found.Length == 0 ? throw new UserException($"{where}expected names of tasks, got none")
            : twice is not null ? throw new UserException($"{where}expected each task once, got {twice} twice")
            : found;
    }

    /// <summary>The text of a task that comes with the program.</summary>
    /// <exception cref="UserException">There is no such task.</exception>
    public static string Show(string name) => One(name, Option).Task.Yaml;

    private static TaskChoice One(string name, string where)
    {
        if (Extensions.Contains(Path.GetExtension(name).ToLowerInvariant()))
            return TaskChoice.Whole(TaskReader.Read(FileText(name, where), name));
        foreach (EvalTask task in All)
        {
            if (TaskChoice.Of(task, name) is { } choice)
                return choice;
        }

        IEnumerable<string> known = All.SelectMany(TaskChoice.Names);
        string advice = Nearest.Of(name, known) is { } near ? $"Did you mean {near}?"
            : $"`{ProgramCommand.With("eval --list")}` lists the tasks";
        throw new UserException(
            $"{where}{name}: expected a task, or the path of a .yaml file, got neither. {advice}");
    }

    private static string FileText(string path, string where)
    {
        try
        {
            return File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            string got = File.Exists(path) ? $"one that cannot be read: {e.Message}" : "no such file";
            throw new UserException($"{where}{path}: expected a task file in UTF-8, got {got}", e);
        }
    }

    private static IEnumerable<string> Names() => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static string TextOf(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
