using MolEngine.Kernels.Compilation;

namespace MolEngine.Mutations;

/// <summary>The sources of the kernels, in memory: what is changed is changed there alone.</summary>
internal sealed class KernelFolder
{
    private readonly Dictionary<string, string> _texts;

    private KernelFolder(Dictionary<string, string> texts) => _texts = texts;

    /// <summary>All files, by name.</summary>
    public IEnumerable<string> Files => _texts.Keys.Order(StringComparer.Ordinal);

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static KernelFolder Read(string path) => new(
        Directory.EnumerateFiles(path).Where(f => Path.GetExtension(f) is ".cu" or ".cuh")
            .ToDictionary(f => Path.GetFileName(f), f => File.ReadAllText(f).ReplaceLineEndings("\n")));

    /// <summary>Null where there is no such file.</summary>
    public string? Text(string file) => _texts.GetValueOrDefault(file);

    /// <summary>The same with another text in one file.</summary>
    public KernelFolder With(string file, string text) => new(new Dictionary<string, string>(_texts) { [file] = text });

    /// <summary>The sources that are, or include, a file.</summary>
    public IEnumerable<KernelSource> Using(string file) => Files.Where(f => f.EndsWith(".cu", StringComparison.Ordinal))
        .Select(f => Source(f[..^3])).Where(s => file == $"{s.Name}.cu" || s.Headers.Any(h => h.Name == file));

    /// <exception cref="FileNotFoundException">A header is absent.</exception>
    public KernelSource Source(string name) => KernelSource.Resolve(name, _texts[$"{name}.cu"], Text);
}
