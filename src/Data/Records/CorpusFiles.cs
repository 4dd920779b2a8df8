using MolEngine.Basics.Files;
using MolEngine.Data.Files;

namespace MolEngine.Data.Records;

/// <summary>A file of a corpus.</summary>
/// <param name="Format">One of <see cref="FileFormats.Names"/>.</param>
/// <param name="IsFound">Whether it was found in a folder or by a pattern; else the config names it.</param>
public readonly record struct CorpusFile(string Path, string Format, bool IsFound = false)
{
    /// <summary>Where a record of it lies, for people: "file:12", or "file: row 12".</summary>
    public string PlaceOf(long line) => FileFormats.PlaceOf(Format, Path, line);
}

/// <summary>
/// The files of a corpus in the order they are read: paths as the config lists them, those of a folder (of the folders
/// in it too) or of a pattern by ordinal order of their paths. A file that has several names is read once.
/// </summary>
public static class CorpusFiles
{
    /// <summary>Files passed over that an error names at most.</summary>
    private const int MostNamed = 3;

    /// <summary>A corpus's name where the config gives none: its file's or folder's, without extension.</summary>
    public static string NameOf(string path)
    {
        string named = FilePattern.IsPattern(path) ? FilePattern.BaseOf(path) : path;
        return Path.GetFileNameWithoutExtension(FileFormats.WithoutPacking(Path.TrimEndingDirectorySeparator(named)));
    }

    /// <summary>Whether a path leads to something that can be read: a file, a folder, or a pattern that files match.
    /// </summary>
    public static bool Exists(string path) => FileIdentity.Of(path).Kind != FileKind.Absent
        || (FilePattern.IsPattern(path) && Directory.Exists(FilePattern.BaseOf(path)));

    /// <summary>The files that a pattern matches, or the one that a path names; none where there is none.</summary>
    /// <exception cref="UserException">A folder cannot be read.</exception>
    public static IReadOnlyList<string> Matching(string path) =>
        FileIdentity.Of(path).Kind == FileKind.File ? [path]
        : FilePattern.IsPattern(path) && Directory.Exists(FilePattern.BaseOf(path))
            ? new FolderFiles(FilePattern.BaseOf(path), new FilePattern(path)).Find()
            : [];

    /// <param name="others">Files of folders that are passed over, with the reason where it is not that their names say
    /// nothing that is read.</param>
    /// <exception cref="UserException">A path is not there, no file is left, or one comes twice.</exception>
    public static IReadOnlyList<CorpusFile> Of(CorpusSettings corpus, out IReadOnlyList<string> others)
    {
        var files = new List<CorpusFile>();
        var passed = new List<string>();
        var seen = new Dictionary<string, string>();
        foreach (string path in corpus.Paths)
        {
            FileKind kind = FileIdentity.Of(path).Kind;
            FolderFiles? folder = kind == FileKind.Folder ? new FolderFiles(path, null)
                : kind == FileKind.Absent && FilePattern.IsPattern(path)
                    ? new FolderFiles(FilePattern.BaseOf(path), new FilePattern(path))
                    : null;
            if (folder is not null)
                Add(path, folder, corpus, seen, files, passed);
            else if (Twice(path, seen) is { } before)
                throw ReadTwice(path, before, corpus);
            else
                files.Add(Named(path, corpus));
        }

        others = passed;
        return files;
    }

    /// <summary>Nothing opens what is no file, not even to hash it: a pipe would wait for its writer.</summary>
    private static CorpusFile Named(string path, CorpusSettings corpus)
    {
        CorpusContent.RequireFile(path);
        return new(path, FormatOf(path, corpus.Format) ?? throw UnknownName(path));
    }

    private static void Add(
        string path, FolderFiles folder, CorpusSettings corpus, Dictionary<string, string> seen,
        List<CorpusFile> files, List<string> passed)
    {
        (int before, int others) = (files.Count, passed.Count);
        var own = new Dictionary<string, string>();
        foreach (string file in folder.Find())
        {
            if (FormatOf(file, corpus.Format) is not { } format)
                passed.Add(file);
            else if (Twice(file, own) is { } first)
                passed.Add($"{file} (the same file as {first})");
            else if (Twice(file, seen) is { } named)
                throw ReadTwice(file, named, corpus);
            else
                files.Add(new(file, format, IsFound: true));
        }

        passed.AddRange(folder.PassedOver);
        if (files.Count == before)
        {
            bool isPattern = FilePattern.IsPattern(path);
            string what = isPattern ? "that match the pattern" : "in the folder";
            throw new UserException(passed.Count == others
                ? $"{path}: corpus: expected files {what}, got none at all. "
                    + (isPattern ? "`*` stands for what is in one name, `**` for folders" : "Check the path")
                : $"{path}: corpus: expected files named {Known()} {what}, got none, but "
                    + $"{string.Join(", ", passed.Skip(others).Take(MostNamed))}"
                    + $"{(passed.Count - others > MostNamed ? ", ..." : "")}. {SayFormat()}");
        }
    }

    /// <summary>The name under which a file came before; null where it did not.</summary>
    private static string? Twice(string path, Dictionary<string, string> seen)
    {
        string id = FileIdentity.Of(path) is { Kind: FileKind.File } file ? file.Id : Path.GetFullPath(path);
        return seen.TryAdd(id, path) ? null : seen[id];
    }

    private static UserException ReadTwice(string path, string before, CorpusSettings corpus)
    {
        string other = path == before ? "" : $" (as {before})";
        return new(
            $"{path}: corpus {corpus.Name}: expected each file once, got it twice in path{other}. Use repeat for text "
                + "that should be seen more often");
    }

    /// <summary>Null: the name does not say.</summary>
    private static string? FormatOf(string path, string? given) =>
        given ?? FileFormats.NameOf(Path.GetExtension(FileFormats.WithoutPacking(path)));

    private static string Known() =>
        $"{string.Join(' ', FileFormats.Extensions)} (with {string.Join(" or ", FileFormats.Packings)} too)";

    private static string SayFormat() =>
        $"Say {string.Join(" or ", FileFormats.Names.Select(n => $"format: {n}"))} for files of other names";

    private static UserException UnknownName(string path)
    {
        if (FileIdentity.Of(path).Kind == FileKind.Absent)
            return new($"{path}: corpus: expected a file or folder, got no such file");
        using (CorpusContent content = CorpusContent.Open(path))
        {
            // A file of a format that is known but not read is told so.
            FileKinds.RefuseMarkup(path, content.Head.Span);
        }

        string extension = Path.GetExtension(FileFormats.WithoutPacking(path));
        string got = extension.Length == 0 ? "no extension" : extension;
        return new(
            $"{path}: corpus: expected a file named {Known()}, got {got}. {SayFormat()}");
    }
}
