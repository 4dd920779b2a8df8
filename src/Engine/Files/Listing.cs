namespace MolEngine.Engine.Files;

/// <summary>Names in a message: enough to see what is the matter, and how many more there are.</summary>
internal static class Listing
{
    /// <summary>Enough to see which kind it is; a checkpoint of another model has hundreds.</summary>
    private const int Most = 4;

    public static string Of(IReadOnlyCollection<string> names, string separator = ", ") => names.Count <= Most
        ? string.Join(separator, names)
        : $"{string.Join(separator, names.Take(Most))} and {names.Count - Most} more";
}
