using System.Diagnostics;
using System.Reflection;
using MolEngine.Basics.Text;

namespace MolEngine.Basics;

/// <summary>What a person types to start this program again, as it was started now.</summary>
public static class ProgramCommand
{
    private const string Program = "molengine", Dotnet = "dotnet";

    /// <summary>
    /// "molengine" where that is on the PATH, and in any other program over this code; else the executable's path as
    /// the current directory has it, or "dotnet" and the path of molengine.dll.
    /// </summary>
    public static string Name { get; } = Assembly.GetEntryAssembly()?.GetName().Name == Program
        ? Of(Environment.ProcessPath, AppContext.BaseDirectory, Environment.GetEnvironmentVariable("PATH"))
        : Program;

    /// <summary>A whole command line.</summary>
    /// <param name="arguments">As they are typed, behind the program's name.</param>
    public static string With(string arguments) => $"{Name} {arguments}";

    /// <summary>How this program is started in another process, whichever program over its code this one is.</summary>
    public static ProcessStartInfo Start(params IEnumerable<string> arguments)
    {
        string? process = Environment.ProcessPath;
        string? name = Path.GetFileNameWithoutExtension(process);
        return name == Program
            ? new ProcessStartInfo(process!, arguments)
            : new ProcessStartInfo(
                name == Dotnet ? process! : Dotnet,
                ["exec", Path.Combine(AppContext.BaseDirectory, $"{Program}.dll"), .. arguments]);
    }

    /// <param name="process">The executable of this process; null where the system does not tell.</param>
    /// <param name="folder">Where the program's files lie.</param>
    /// <param name="path">The folders of PATH, as the system writes them.</param>
    internal static string Of(string? process, string folder, string? path)
    {
        if (process is null)
            return Program;
        if (Path.GetFileNameWithoutExtension(process) != Program)
            return $"{Path.GetFileNameWithoutExtension(process)} {Typed(Path.Combine(folder, $"{Program}.dll"))}";
        string[] folders = (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string? found = folders.Select(f => Path.Combine(f, Path.GetFileName(process))).FirstOrDefault(File.Exists);
        return found is not null && Target(found) == Target(process) ? Program : Typed(process);
    }

    /// <summary>A name alone would be looked for on the PATH.</summary>
    private static string Typed(string file)
    {
        string shown = ShownPath.Of(file);
        return Path.GetFileName(shown) == shown ? Path.Combine(".", shown) : shown;
    }

    private static string Target(string file) =>
        File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(file);
}
