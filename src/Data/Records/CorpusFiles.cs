using MolEngine.Data.Files;

namespace MolEngine.Data.Records;

/// <summary>A file of a corpus.</summary>
/// <param name="Format">One of <see cref="FileFormats.Names"/>.</param>
public readonly record struct CorpusFile(string Path, string Format);

/// <summary>
/// The files of a corpus in the order they are read: paths as the config lists them, a folder's files (those below it
/// too) by ordinal order of their paths.
/// </summary>
public static class CorpusFiles
{
    private const string Packed = ".gz";

    /// <summary>A corpus's name where the config gives none: its file's or folder's, without extension.</summary>
    public static string NameOf(string path) =>
        Path.GetFileNameWithoutExtension(WithoutPacking(Path.TrimEndingDirectorySeparator(path)));

    /// <param name="others">Files of folders that are passed over: their names say nothing that is read.</param>
    /// <exception cref="UserException">A path is not there, no file is left, or one comes twice.</exception>
    public static IReadOnlyList<CorpusFile> Of(CorpusSettings corpus, out IReadOnlyList<string> others)
    {
        var files = new List<CorpusFile>();
        var passed = new List<string>();
        foreach (string path in corpus.Paths)
        {
            if (!Directory.Exists(path))
                files.Add(new(path, FormatOf(path, corpus.Format) ?? throw UnknownName(path)));
            else
                AddFolder(path, corpus.Format, files, passed);
        }

        others = passed;
        string? twice = files.GroupBy(f => Path.GetFullPath(f.Path)).FirstOrDefault(g => g.Count() > 1)?.Key;
        return twice is null
            ? files
            : throw new UserException(
                $"{twice}: corpus {corpus.Name}: expected each file once, got it twice in path. Use repeat for text "
                    + "that should be seen more often");
    }

    private static void AddFolder(string folder, string? format, List<CorpusFile> files, List<string> passed)
    {
        int before = files.Count;
        foreach (string path in Below(folder))
        {
            if (FormatOf(path, format) is { } name)
                files.Add(new(path, name));
            else
                passed.Add(path);
        }

        if (files.Count == before)
        {
            throw new UserException(
                $"{folder}: corpus: expected files named {Known()} in the folder, got none. "
                    + SayFormat());
        }
    }

    /// <summary>Hidden files are no text of a corpus.</summary>
    private static IEnumerable<string> Below(string folder)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = false,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        };
        try
        {
            return
            [
                .. Directory.GetFiles(folder, "*", options)
                    .OrderBy(p => Path.GetRelativePath(folder, p).Replace('\\', '/'), StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: corpus: expected a readable folder: {e.Message}", e);
        }
    }

    /// <summary>Null: the name does not say.</summary>
    private static string? FormatOf(string path, string? given) =>
        given ?? FileFormats.NameOf(Path.GetExtension(WithoutPacking(path)));

    private static string WithoutPacking(string path) =>
        path.EndsWith(Packed, StringComparison.OrdinalIgnoreCase) ? path[..^Packed.Length] : path;

    private static string Known() => string.Join(' ', FileFormats.Extensions) + " (with .gz too)";

    private static string SayFormat() =>
        $"Say {string.Join(" or ", FileFormats.Names.Select(n => $"format: {n}"))} for files of other names";

    private static UserException UnknownName(string path)
    {
        if (!File.Exists(path))
            return new($"{path}: corpus: expected a file or folder, got no such file");
        using (CorpusContent.Open(path))
        {
            // A file of a format that is known but not read is told so.
        }

        string extension = Path.GetExtension(WithoutPacking(path));
        string got = extension.Length == 0 ? "no extension" : extension;
        return new(
            $"{path}: corpus: expected a file named {Known()}, got {got}. {SayFormat()}");
    }
}
