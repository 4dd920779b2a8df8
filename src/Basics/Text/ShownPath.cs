namespace MolEngine.Basics.Text;

/// <summary>A path as a person here would type it.</summary>
public static class ShownPath
{
    /// <summary>Relative to the current directory where that is shorter; in quotes where it has a space.</summary>
    public static string Of(string path)
    {
        string relative = Path.GetRelativePath(".", path);
        string shorter = relative.Length < path.Length ? relative : path;
        return shorter.Contains(' ') ? $"\"{shorter}\"" : shorter;
    }
}
