using MolEngine.Data.Records;
using MolEngine.Engine.Models;
using MolEngine.Runs;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli;

/// <summary>Tells what a path holds, for verbs that take several things.</summary>
internal static class PathKinds
{
    /// <summary>The first of the kinds that a path is of.</summary>
    /// <param name="option">The argument's name, for the error.</param>
    /// <exception cref="UserException">It is of none of them; names them all.</exception>
    public static PathKind Of(string path, string option, params IReadOnlyList<PathKind> expected)
    {
        foreach (PathKind kind in expected)
        {
            if (Is(path, kind))
                return kind;
        }

        string got = File.Exists(path) ? "got another file"
            : Directory.Exists(path) ? $"got a folder without{NamedInputs.Completing(path)}"
            : Inputs.NoSuch("file or folder", path);
        string kinds = string.Join(", ", expected.SkipLast(1).Select(Words));
        string last = Words(expected[^1]);
        throw new UserException(
            $"{option}: {path}: expected {(kinds.Length == 0 ? last : $"{kinds} or {last}")}, {got}");
    }

    private static bool Is(string path, PathKind kind) => kind switch
    {
        PathKind.Adapter => File.Exists(Path.Combine(path, Inputs.AdapterConfig)),
        PathKind.Model => File.Exists(Path.Combine(path, ModelFiles.ConfigFile)),
        PathKind.Run => RunDirectory.Is(path),
        PathKind.Config => File.Exists(path) && Path.GetExtension(path).ToLowerInvariant() is ".yaml" or ".yml",
        _ => CorpusFiles.Exists(path),
    };

    private static string Words(PathKind kind) => kind switch
    {
        PathKind.Adapter => $"an adapter ({Inputs.AdapterConfig})",
        PathKind.Model => $"a model ({ModelFiles.ConfigFile})",
        PathKind.Run => "a run directory (config.yaml)",
        PathKind.Config => "a config (a file named .yaml)",
        _ => "a corpus (a file or folder)",
    };
}
