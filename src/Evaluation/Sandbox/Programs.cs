namespace MolEngine.Evaluation.Sandbox;

/// <summary>Programs of this machine, by name.</summary>
internal static class Programs
{
    /// <summary>Where programs lie that a user's search path may leave out.</summary>
    private static readonly string[] SystemFolders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <summary>The path of a program; null where the machine has none of the name.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Where(folder => folder.Length > 0).Concat(SystemFolders)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
