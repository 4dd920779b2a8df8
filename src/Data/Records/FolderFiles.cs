using MolEngine.Basics.Files;

namespace MolEngine.Data.Records;

/// <summary>
/// The files below a folder. Hidden ones are passed over, and those that tell of the others (licence, README) where no
/// pattern asks for them; a folder that has several names, as a link to one around it, is looked into once.
/// </summary>
/// <param name="pattern">Which files are meant; null: all.</param>
internal sealed class FolderFiles(string folder, FilePattern? pattern)
{
    /// <summary>Names of files that tell of the others, without extension.</summary>
    private static readonly string[] Papers = ["README", "LICENSE", "LICENCE", "COPYING", "NOTICE", "CITATION"];

    private static readonly string[] PaperExtensions = ["", ".md", ".txt", ".rst"];

    private readonly List<string> _files = [];
    private readonly List<string> _passedOver = [];
    private readonly HashSet<string> _folders = [];
    private readonly Queue<string> _links = [];

    /// <summary>What was passed over in <see cref="Find"/>, each with the reason.</summary>
    public IReadOnlyList<string> PassedOver => _passedOver;

    /// <summary>The files by ordinal order of their paths below the folder.</summary>
    /// <exception cref="UserException">A folder cannot be read, or a name in it is no text.</exception>
    public IReadOnlyList<string> Find()
    {
        Look(folder);

        // Folders come before links to them, so that a text is found under its own name.
        while (_links.TryDequeue(out string? link))
        {
            FileIdentity found = FileIdentity.Of(link);
            if (_folders.Contains(found.Id))
                _passedOver.Add($"{link} (a link to a folder that is read already)");
            else
                Look(link);
        }

        return [.. _files.OrderBy(Relative, StringComparer.Ordinal)];
    }

    private string Relative(string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');

    private void Look(string at)
    {
        _folders.Add(FileIdentity.Of(at).Id);
        foreach (string path in Entries(at))
        {
            FileIdentity found = FileIdentity.Of(path);
            if (IsHidden(path))
                PassOver(path, "hidden");
            else if (found.Kind == FileKind.Folder && IsLink(path))
                _links.Enqueue(path);
            else if (found.Kind == FileKind.Folder)
                Look(path);
            else
                Take(path, found.Kind);
        }
    }

    private void Take(string path, FileKind kind)
    {
        if (kind == FileKind.File && pattern is null && IsPaper(path))
        {
            PassOver(path, "it tells of the others; name it to read it");
        }
        else if (kind == FileKind.File)
        {
            if (pattern is null || pattern.Matches(Relative(path)))
                _files.Add(path);
        }
        else if (kind == FileKind.Absent && !IsLink(path))
        {
            throw new UserException(
                $"{path}: corpus: expected a name in UTF-8, got other bytes (shown as \uFFFD). Rename the file");
        }
        else
        {
            PassOver(path, kind == FileKind.Absent ? "a link to nothing" : $"a {kind.ToString().ToLowerInvariant()}");
        }
    }

    private void PassOver(string path, string why)
    {
        if (pattern is null || pattern.Matches(Relative(path)))
            _passedOver.Add($"{path} ({why})");
    }

    private static bool IsPaper(string path) =>
        Papers.Contains(Path.GetFileNameWithoutExtension(path).ToUpperInvariant())
        && PaperExtensions.Contains(Path.GetExtension(path).ToLowerInvariant());

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private static bool IsHidden(string path) =>
        Path.GetFileName(path).StartsWith('.')
        || (OperatingSystem.IsWindows() && File.GetAttributes(path).HasFlag(FileAttributes.Hidden));

    private static string[] Entries(string at)
    {
        try
        {
            return [.. Directory.GetFileSystemEntries(at).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{at}: corpus: expected a readable folder: {e.Message}", e);
        }
    }
}
