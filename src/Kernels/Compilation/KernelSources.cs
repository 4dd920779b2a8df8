using System.Text;

namespace MolEngine.Kernels.Compilation;

/// <summary>The kernels of this program: the sources under <c>kernels/</c>, carried inside it.</summary>
public static class KernelSources
{
    private const string Folder = "kernels/";
    private const string Extension = ".cu";

    /// <summary>Names of all sources, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(KernelSources).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Folder, StringComparison.Ordinal) && n.EndsWith(Extension, StringComparison.Ordinal))
            .Select(n => n[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    public static IEnumerable<KernelSource> All => Names.Select(Find);

    /// <exception cref="ArgumentException">There is no such source.</exception>
    public static KernelSource Find(string name) => KernelSource.Resolve(
        name,
        Text($"{name}{Extension}") ?? throw new ArgumentException(
            $"kernel source {name}: expected one of {string.Join(", ", Names)}"),
        Text);

    /// <summary>A file of the folder; null where it is absent.</summary>
    internal static string? Text(string file)
    {
        using Stream? stream = typeof(KernelSources).Assembly.GetManifestResourceStream(Folder + file);
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream, Encoding.UTF8);

        // A checkout may have turned line ends: hashes must not.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
