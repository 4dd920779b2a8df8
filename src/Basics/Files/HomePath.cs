namespace MolEngine.Basics.Files;

/// <summary>Paths as a shell reads them: <c>~</c> at the beginning is the home folder.</summary>
public static class HomePath
{
    /// <summary>A path with the home folder of who runs the program in the place of <c>~</c>; others stay.</summary>
    /// <exception cref="UserException">There is no home folder.</exception>
    public static string Expand(string path) =>
        Expand(path, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <param name="home">The home folder; empty, or the root that .NET takes instead, where there is none.</param>
    /// <inheritdoc cref="Expand(string)"/>
    public static string Expand(string path, string home)
    {
        if (path != "~" && !path.StartsWith("~/", StringComparison.Ordinal))
            return path;
        return home is not ("" or "/")
            ? home + path[1..]
            : throw new UserException(
                $"{path}: expected a home folder in the place of ~, got none, as HOME is not set. Set HOME, or write "
                    + "the path in full");
    }
}
