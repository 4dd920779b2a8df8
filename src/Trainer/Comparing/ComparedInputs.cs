using MolEngine.Engine.Models;
using MolEngine.Runs;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Comparing;

/// <summary>What a person names to be compared, each as a model or an adapter, with a name of its own.</summary>
internal static class ComparedInputs
{
    private const string AdapterConfig = "adapter_config.json";

    /// <param name="reference">The base's folder.</param>
    /// <param name="models">Folders of models, adapters or runs, each PATH or NAME=PATH.</param>
    /// <param name="adapters">Folders of adapters, each NAME=PATH or PATH.</param>
    /// <param name="place">Where a path, or a name of the Hub, lies.</param>
    /// <exception cref="UserException">One is none of them, or two have one name.</exception>
    public static IReadOnlyList<ComparedInput> Of(
        string reference, IReadOnlyList<string> models, IReadOnlyList<string> adapters, Func<string, string> place)
    {
        ComparedInput[] all =
        [
            .. models.Select(m => Named(m, place)).Select(m => Model(m.Name, m.Path, reference)),
            .. adapters.Select(a => Named(a, place)).Select(a => Adapter(a.Name, a.Path, "--adapter")),
        ];
        if (all.Length == 0)
            throw new UserException("MODEL: expected a model, an adapter or a run to compare with BASE, got none");
        if (all.GroupBy(a => a.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            string places = string.Join(" and ", twice.Select(t => t.Place));
            throw new UserException(
                $"MODEL: expected a name for each, got {twice.Key} for {places}. Write NAME=PATH");
        }

        return all;
    }

    /// <summary>A name, where one is given, and a path; a path that exists is no name.</summary>
    public static (string? Name, string Path) Named(string given, Func<string, string> place)
    {
        int at = given.IndexOf('=');
        return at > 0 && !Path.Exists(given) ? (given[..at], place(given[(at + 1)..])) : (null, place(given));
    }

    private static ComparedInput Model(string? name, string path, string reference)
    {
        if (RunDirectory.Is(path))
            return OfRun(name, path, reference);
        if (File.Exists(Path.Combine(path, AdapterConfig)))
            return Adapter(name, path, "MODEL");
        if (File.Exists(Path.Combine(path, ModelFiles.ConfigFile)))
            return new ComparedInput(name ?? NameOf(path), path, path, null, null);
        string got = Directory.Exists(path) ? "one without any of them"
            : File.Exists(path) ? "a file" : "no such folder";
        throw new UserException(
            $"MODEL: {path}: expected the folder of a model (config.json), an adapter ({AdapterConfig}) or a run "
                + $"(config.yaml), got {got}");
    }

    private static ComparedInput Adapter(string? name, string path, string option) =>
        File.Exists(Path.Combine(path, AdapterConfig))
            ? new ComparedInput(name ?? NameOf(path), path, null, path, null)
            : throw new UserException($"{option}: {path}: expected a folder with {AdapterConfig}, got none");

    private static ComparedInput OfRun(string? name, string path, string reference)
    {
        RunDirectory directory = RunDirectory.Open(path);
        RunConfig run = RunConfigLoader.OfRun(directory, [], inputsMayBeAbsent: true);
        string saved = RunDirectory.SavedIn(path) ?? throw new UserException(
            $"MODEL: {path}: expected a run that has ended, got one that has saved nothing yet. Go on with it (train "
                + "--resume), or name what `export` makes of its checkpoint");
        string own = name ?? Path.GetFileName(directory.Root);
        if (run.Method == TrainingMethod.Full)
            return new ComparedInput(own, path, saved, null, run);
        if (run.Init.Kind == InitKind.Random)
        {
            throw new UserException(
                $"MODEL: {path}: expected an adapter on BASE, got one on random weights, which are in no folder");
        }

        bool isOther = Directory.Exists(run.Model) && Digests.OfWeights(run.Model) != Digests.OfWeights(reference);
        return isOther
            ? throw new UserException(
                $"MODEL: {path}: expected an adapter that was trained on BASE ({reference}), got one of {run.Model}. "
                    + "Compare with that")
            : new ComparedInput(own, path, null, saved, run);
    }

    /// <summary>The folder's name; of a run's adapter or model, the run's.</summary>
    private static string NameOf(string path)
    {
        if (NamedInputs.IdOf(path) is { } id)
            return id;
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), name = Path.GetFileName(full);
        string? parent = Path.GetDirectoryName(full);
        bool isOfRun = parent is not null && RunDirectory.Is(parent)
            && (full == RunDirectory.AdapterFolder(parent) || full == RunDirectory.ModelFolder(parent));
        return isOfRun ? Path.GetFileName(parent!) : name;
    }
}
