using System.Text.RegularExpressions;

namespace MolEngine.Engine.Adapters;

/// <summary>What an adapter's config calls its base model.</summary>
public static partial class BaseModelName
{
    /// <summary>
    /// The hub's id where one is known: the model lies in a hub cache (<c>models--ORG--NAME/snapshots/COMMIT</c>), or
    /// the adapter that the new one comes from names an id and no folder. Else the folder's full path.
    /// </summary>
    /// <param name="modelFolder">The model that is computed with.</param>
    /// <param name="earlier">What the adapter that was started from or is exported says; null where there is
    /// none.</param>
    public static string Of(string modelFolder, string? earlier = null)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(modelFolder));
        Match cached = Snapshot().Match(path.Replace(Path.DirectorySeparatorChar, '/'));
        if (cached.Success)
            return cached.Groups["id"].Value.Replace("--", "/");
        bool id = earlier is not null && HubId().IsMatch(earlier) && !Directory.Exists(earlier);
        return id ? earlier! : path;
    }

    [GeneratedRegex(@"/models--(?<id>[^/]+)/snapshots/[^/]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Snapshot();

    [GeneratedRegex(@"\A[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex HubId();
}
