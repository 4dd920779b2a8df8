using MolEngine.Engine.Models;

namespace MolEngine.Trainer.Cli;

/// <summary>Checks of paths on the command line, made before anything is loaded.</summary>
internal static class Inputs
{
    public const string AdapterConfig = "adapter_config.json";

    /// <summary>A folder with config.json.</summary>
    /// <param name="option">The argument's name, for the error.</param>
    public static string ModelFolder(string path, string option) => Folder(path, option, ModelFiles.ConfigFile);

    /// <summary>A folder with adapter_config.json; null stays null.</summary>
    public static string? AdapterFolder(string? path, string option) =>
        path is null ? null : Folder(path, option, AdapterConfig);

    /// <summary>A folder that holds <paramref name="file"/>.</summary>
    public static string Folder(string path, string option, string file)
    {
        if (System.IO.File.Exists(path))
            throw new UserException($"{option}: {path}: expected a folder with {file}, got a file");
        if (!Directory.Exists(path))
            throw new UserException($"{option}: {path}: expected a folder with {file}, got no such folder");
        if (!System.IO.File.Exists(Path.Combine(path, file)))
            throw new UserException($"{option}: {path}: expected a folder with {file}, got one without it");
        return path;
    }

    public static string File(string path, string option)
    {
        if (Directory.Exists(path))
            throw new UserException($"{option}: {path}: expected a file, got a folder");
        return System.IO.File.Exists(path)
            ? path
            : throw new UserException($"{option}: {path}: expected a file, got no such file");
    }

    /// <summary>A folder to write: absent or empty.</summary>
    public static string EmptyFolder(string path, string option)
    {
        bool empty = !Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any();
        return empty && !System.IO.File.Exists(path)
            ? path
            : throw new UserException(
                $"{option}: {path}: expected a folder that is absent or empty, got one that is neither");
    }
}
