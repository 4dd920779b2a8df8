using System.Text;

namespace MolEngine.Mutations;

/// <summary>Verdicts for people: a line each, and a table of kinds in Markdown.</summary>
internal static class MutationTable
{
    /// <summary>A fault that no check saw, and that no reason is given for.</summary>
    public static bool IsMissed(Verdict v) => v.Outcome == Outcome.NotCaught && v.Mutant.Equivalent is null;

    /// <summary>What the list calls equivalent, and a check tells from the source.</summary>
    public static bool IsStale(Verdict v) => v.Outcome == Outcome.Caught && v.Mutant.Equivalent is not null;

    public static string Line(Verdict v, KernelFolder kernels, TimeSpan took)
    {
        Mutant m = v.Mutant;
        string what = IsStale(v) ? "CAUGHT, CALLED EQUIVALENT" : v.Outcome switch
        {
            Outcome.NotCaught => m.Equivalent is null ? "NOT CAUGHT" : $"equivalent: {m.Equivalent}",
            Outcome.SameCode => "same code",
            Outcome.Refused => "does not compile",
            _ => $"caught by {v.By}",
        };
        string change = $"{OneLine(m.Find)} -> {OneLine(m.Replace)}";
        return $"{m.Place(kernels.Text(m.File)!)} [{m.Kind}] {m.Why}: {change} ({took.TotalSeconds:F1} s)\n"
            + $"    {what}: {v.Said}";
    }

    /// <summary>Of every kind: planted, caught, and by what.</summary>
    public static string Of(IReadOnlyList<Verdict> verdicts)
    {
        var table = new StringBuilder("| kind | planted | caught | same code | equivalent | not caught | by what |\n");
        table.Append("|---|---|---|---|---|---|---|\n");
        foreach (IGrouping<string, Verdict> kind in verdicts.GroupBy(v => v.Mutant.Kind))
            table.Append(Row(kind.Key, [.. kind]));
        return table.Append(Row("all", verdicts)).ToString();
    }

    private static string Row(string name, IReadOnlyList<Verdict> verdicts)
    {
        Verdict[] planted = [.. verdicts.Where(v => v.Outcome != Outcome.Refused)];
        int Count(Func<Verdict, bool> which) => planted.Count(which);
        string by = string.Join(
            ", ", planted.Where(v => v.By.Length > 0).GroupBy(v => v.By).OrderByDescending(g => g.Count())
                .Select(g => $"{g.Key} {g.Count()}"));
        int equivalent = Count(v => v.Outcome == Outcome.NotCaught && v.Mutant.Equivalent is not null);
        return $"| {name} | {planted.Length} | {Count(v => v.Outcome == Outcome.Caught)} | "
            + $"{Count(v => v.Outcome == Outcome.SameCode)} | {equivalent} | {Count(IsMissed)} | {by} |\n";
    }

    private static string OneLine(string text) => text.Length == 0 ? "nothing" : text.ReplaceLineEndings(" ").Trim();
}
