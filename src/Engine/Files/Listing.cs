namespace MolEngine.Engine.Files;

/// <summary>Names in a message: enough to see what is the matter, and how many more there are.</summary>
internal static class Listing
{
    /// <summary>All tensors of two or three layers; a checkpoint of real size has hundreds.</summary>
    private const int Most = 32;

    public static string Of(IReadOnlyCollection<string> names, string separator = ", ") => names.Count <= Most
        ? string.Join(separator, names)
        : $"{string.Join(separator, names.Take(Most))} and {names.Count - Most} more";
}
