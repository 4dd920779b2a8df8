using System.Text.Json;
using System.Text.Json.Serialization;

namespace MolEngine.Mutations;

/// <summary>The faults of <c>faults.json</c>: kinds that were missed before, or that matter.</summary>
internal static class FaultList
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Reads the list, and finds each fault's place.</summary>
    /// <exception cref="FormatException">A fault's text is not met exactly once in its file, or changes nothing.
    /// </exception>
    public static IReadOnlyList<Mutant> Read(string path, KernelFolder kernels)
    {
        Entry[] entries = JsonSerializer.Deserialize<Entry[]>(File.ReadAllText(path), Json)
            ?? throw new FormatException($"{path}: expected a list of faults, got null");
        return [.. entries.Select(e => Place(e, path, kernels))];
    }

    private static Mutant Place(Entry entry, string path, KernelFolder kernels)
    {
        string text = kernels.Text(entry.File)
            ?? throw new FormatException($"{path}: file: expected one of the kernels', got {entry.File}");
        int at = text.IndexOf(entry.Find, StringComparison.Ordinal);
        int more = at < 0 ? -1 : text.IndexOf(entry.Find, at + 1, StringComparison.Ordinal);
        if (at < 0 || more >= 0)
        {
            throw new FormatException(
                $"{path}: {entry.File}: \"{entry.Find}\": expected it once, got it "
                + (at < 0 ? "never. The kernel has changed: write the fault anew." : "more often. Take more of it."));
        }

        if (entry.Find == entry.Replace)
            throw new FormatException($"{path}: {entry.File}: \"{entry.Find}\": expected a fault, got the same text");
        return new Mutant(entry.Kind, entry.File, at, entry.Find, entry.Replace, entry.Why, entry.Equivalent);
    }

    private sealed record Entry(
        [property: JsonRequired] string Kind, [property: JsonRequired] string File,
        [property: JsonRequired] string Find, [property: JsonRequired] string Replace,
        [property: JsonRequired] string Why, string? Equivalent = null);
}
