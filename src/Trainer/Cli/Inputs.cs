using MolEngine.Engine.Models;
using MolEngine.Trainer.Config;

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

    /// <summary>A folder that holds <paramref name="file"/>, by its path or by its name on the Hub.</summary>
    public static string Folder(string given, string option, string file)
    {
        string path = Place(given);
        if (System.IO.File.Exists(path))
            throw new UserException($"{option}: {path}: expected a folder with {file}, got a file");
        if (!Directory.Exists(path))
            throw new UserException($"{option}: {path}: expected a folder with {file}, {NoSuch("folder", path)}");
        if (!System.IO.File.Exists(Path.Combine(path, file)))
        {
            throw new UserException(
                $"{option}: {path}: expected a folder with {file}, got one without it{NamedInputs.Completing(path)}");
        }

        return path;
    }

    /// <summary>
    /// Where something lies: a path that exists is itself, a name is what the Hugging Face cache has of it, what is
    /// neither stays as it is.
    /// </summary>
    public static string Place(string given) =>
        Path.Exists(given) || NamedInputs.OfModel(given) is not { Paths: [string found] } ? given : found;

    /// <summary>What there is where nothing is: "got no such folder", and what to do where it may be a name.</summary>
    public static string NoSuch(string what, string given) =>
        $"got no such {what}"
        + (NamedInputs.OfModel(given) is { Missing.Length: > 0 } named ? $", and {named.Missing}" : "");

    public static string File(string path, string option)
    {
        if (Directory.Exists(path))
            throw new UserException($"{option}: {path}: expected a file, got a folder");
        return System.IO.File.Exists(path)
            ? path
            : throw new UserException($"{option}: {path}: expected a file, got no such file");
    }

    /// <summary>A text of the command line; what stands on standard input where it is "-".</summary>
    public static string? TextOf(string? given) => given == "-" ? Console.In.ReadToEnd().TrimEnd('\n', '\r') : given;

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
