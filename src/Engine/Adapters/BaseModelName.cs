using MolEngine.Basics.Text;

namespace MolEngine.Engine.Adapters;

/// <summary>What an adapter's config calls its base model.</summary>
public static class BaseModelName
{
    /// <summary>
    /// The hub's id where one is known: the model's own, or that of the adapter that the new one comes from, which
    /// names an id and no folder. Else the folder's full path.
    /// </summary>
    /// <param name="folder">The folder of the model that is computed with.</param>
    /// <param name="id">That model's id on the hub; null where it is not known.</param>
    /// <param name="earlier">
    /// What the adapter that was started from or is exported says; null where there is none.
    /// </param>
    public static string Of(string folder, string? id, string? earlier) => id
        ?? (earlier is not null && IsId(earlier) ? earlier
            : Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    private static bool IsId(string name) => HubId.Is(name) && name.Contains('/') && !Directory.Exists(name);
}
