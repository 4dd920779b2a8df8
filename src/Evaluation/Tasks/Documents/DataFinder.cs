using MolEngine.Basics.Text;
using MolEngine.Basics.Values;
using MolEngine.Data.Records;
using MolEngine.Yaml;

namespace MolEngine.Evaluation.Tasks.Documents;

/// <summary>Finds the files of tasks: below folders that a person names, and by addresses on the Hub.</summary>
/// <param name="folders">As <c>--data</c> has them, searched in this order.</param>
/// <param name="hub">What an address (<c>hf://...</c>) leads to.</param>
/// <param name="given">What gives the folders: mistakes are blamed on it.</param>
public sealed class DataFinder(
    IReadOnlyList<string> folders, Func<string, NamedInput?> hub, string given = "--data")
{
    private const string Scheme = "hf://";
    private const int MostNamed = 4;

    /// <summary>What tells files that are pieces of one from files that are several.</summary>
    private const string Piece = "-of-";

    /// <summary>The data of every subset of a choice.</summary>
    /// <exception cref="UserException">That of some is not there: names them, what was looked for, and what to do; or
    /// a pattern matches several files.</exception>
    public IReadOnlyList<FoundData> FindAll(TaskChoice choice)
    {
        var looked = new List<string>();
        FoundData?[] found = [.. choice.Subsets.Select(s => Find(choice.Task, s.Name, looked))];
        if (found.All(f => f is not null))
            return [.. found.OfType<FoundData>()];
        string[] missing = [.. choice.Subsets.Where((_, i) => found[i] is null).Select(s => s.Name)];
        string which = choice.Subsets is [("", _)] ? ""
            : $" of {Counts.Of(missing.Length, "subset")} ({Some(missing)})";
        string where = folders.Count == 0 ? $"no {given} was given"
            : $"below {string.Join(", ", folders)} there is none";
        string official = choice.Task.Official.Length == 0 ? "" : $" ({choice.Task.Official})";
        throw new UserException(
            $"{given}: {choice.Id}: expected the data{which}, got none: {where} ({Some([.. looked.Distinct()])}). Name "
                + $"the folder of the official files{official} with {given}{Advice(choice, missing)}");
    }

    private FoundData? Find(EvalTask task, string subset, List<string> looked)
    {
        foreach (DataSource layout in task.Data)
        {
            IReadOnlyList<string> test = First(layout.Test, subset, task.Id, looked);
            if (test.Count == 0)
                continue;
            (string, string)[]? texts = Texts(layout, subset, task.Id, looked);
            return texts is null
                ? null
                : new FoundData(layout, test, First(layout.Examples, subset, task.Id, looked: null), texts);
        }

        return null;
    }

    /// <summary>The files whose texts templates see; null where one is not there.</summary>
    private (string, string)[]? Texts(DataSource layout, string subset, string task, List<string> looked)
    {
        var texts = new List<(string, string)>();
        foreach ((string name, DataValue value) in layout.Texts.Entries)
        {
            string[] patterns = value is ListValue list
                ? [.. list.Items.Select(i => ValueTexts.Literal(i) ?? "")]
                : [ValueTexts.Literal(value) ?? ""];
            if (First(patterns, subset, task, looked) is not [var file, ..])
                return null;
            texts.Add((name, file));
        }

        return [.. texts];
    }

    /// <summary>The files of the first pattern or address that has any.</summary>
    private IReadOnlyList<string> First(
        IReadOnlyList<string> patterns, string subset, string task, List<string>? looked)
    {
        foreach (string pattern in patterns.Select(p => p.Replace("{subset}", subset)))
        {
            if (pattern.StartsWith(Scheme, StringComparison.Ordinal))
            {
                if (hub(pattern) is { Paths.Count: > 0 } there)
                    return there.Paths;
                continue;
            }

            foreach (string folder in folders)
            {
                IReadOnlyList<string> files = CorpusFiles.Matching(Path.Combine(folder, pattern));
                if (files.Count > 1 && !files.All(f => Path.GetFileName(f).Contains(Piece)))
                    throw Several(task, folder, pattern, files);
                if (files.Count > 0)
                    return files;
            }

            looked?.Add(pattern);
        }

        return [];
    }

    /// <summary>The commands that download what is missing, where the Hub has it: of several subsets all of it, and the
    /// examples where the task has some.</summary>
    private string Advice(TaskChoice choice, string[] missing)
    {
        string subset = missing.Length > 1 ? "*" : missing[0];
        string test = Missing(d => d.Test), examples = choice.Task.FewShot.Count > 0 ? Missing(d => d.Examples) : "";
        return test.Length == 0 ? ""
            : examples.Length == 0 ? $"; or by the Hub: {test}"
            : $"; or by the Hub: {test}; and its examples: {examples}";

        string Missing(Func<DataSource, IReadOnlyList<string>> files)
        {
            string? address = choice.Task.Data.SelectMany(files)
                .FirstOrDefault(p => p.StartsWith(Scheme, StringComparison.Ordinal));
            return address is null ? "" : hub(address.Replace("{subset}", subset))?.Missing ?? "";
        }
    }

    private UserException Several(
        string task, string folder, string pattern, IReadOnlyList<string> files) => new(
        $"{given}: {task}: expected one file {pattern} below {folder}, got {files.Count}: {Some(files)}. Name the "
            + "folder of the one that is meant");

    private static string Some(IReadOnlyList<string> names) =>
        $"{string.Join(", ", names.Take(MostNamed))}{(names.Count > MostNamed ? ", ..." : "")}";
}
