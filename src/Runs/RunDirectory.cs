using MolEngine.Basics.Files;

namespace MolEngine.Runs;

/// <summary>Where a run keeps what it makes.</summary>
public sealed class RunDirectory
{
    private const string ConfigFile = "config.yaml";
    private const string Adapter = "adapter";
    private const string Model = "model";
    private const string StartAdapter = "start_adapter";

    private RunDirectory(string root) => Root = root;

    public string Root { get; }

    /// <summary>The config with every key and its value.</summary>
    public string ConfigPath => Path.Combine(Root, ConfigFile);

    public string MetricsPath => Path.Combine(Root, "metrics.jsonl");

    /// <summary>Folder of TensorBoard events.</summary>
    public string EventsPath => Path.Combine(Root, "events");

    /// <summary>Where a run that trains an adapter saves it.</summary>
    public static string AdapterFolder(string root) => Path.Combine(root, Adapter);

    /// <summary>Where a run that trains all parameters saves the model.</summary>
    public static string ModelFolder(string root) => Path.Combine(root, Model);

    /// <summary>
    /// Where a run that starts from an adapter keeps a copy of it: its own folder may change, move or go meanwhile.
    /// </summary>
    public static string StartAdapterFolder(string root) => Path.Combine(root, StartAdapter);

    /// <summary>Where a run keeps the answers to its benchmarks after so many steps.</summary>
    public static string BenchmarkFolder(string root, long step) => Path.Combine(root, "eval", $"step-{step}");

    /// <summary>The copy of the adapter that a run has started from; null where there is none.</summary>
    public static string? StartAdapterIn(string root) =>
        Directory.Exists(StartAdapterFolder(root)) ? StartAdapterFolder(root) : null;

    /// <summary>The adapter or model that a finished run has left; null in a run that is not finished.</summary>
    public static string? SavedIn(string root) =>
        new[] { Adapter, Model }.Select(name => Path.Combine(root, name)).FirstOrDefault(Directory.Exists);

    /// <summary>Whether a run has made this folder.</summary>
    public static bool Is(string path) => File.Exists(Path.Combine(path, ConfigFile));

    /// <summary>
    /// Checks, before long work, that <see cref="Create"/> will find the folder absent, or with nothing in it but what
    /// a start leaves that is cut short before its config stands.
    /// </summary>
    /// <exception cref="UserException">It is neither.</exception>
    public static void RequireFree(string path)
    {
        if (File.Exists(path))
        {
            throw new UserException(
                $"{path}: output: expected a folder that is absent or empty, got a file. Choose another output");
        }

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any(e => !IsOfAStart(e)))
        {
            throw new UserException(
                $"{path}: output: expected a folder that is absent or empty, got one with files. Choose another "
                + "(--set output=DIR), or remove it");
        }
    }

    /// <summary>Makes the folder, for <see cref="RunLock.Take"/> and then <see cref="Create"/>.</summary>
    /// <inheritdoc cref="RequireFree" path="/exception"/>
    /// <exception cref="FileWriteException">It cannot be made.</exception>
    public static void Make(string path)
    {
        RequireFree(path);
        DurableFiles.Guarded(path, () => DurableFile.MakeFolder(path));
    }

    /// <summary>A directory that a run has made.</summary>
    /// <exception cref="UserException">It is none.</exception>
    public static RunDirectory Open(string path)
    {
        var run = new RunDirectory(Path.GetFullPath(path));
        if (Is(run.Root))
            return run;
        bool isStart = Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()
            && Directory.EnumerateFileSystemEntries(path).All(IsOfAStart);
        throw new UserException($"{path}: expected a run directory, got one without {ConfigFile}. " + (isStart
            ? "Its run was cut short before it began: start it again, from its config"
            : "Name the output folder of a run"));
    }

    /// <summary>
    /// Writes the resolved config into the folder that <see cref="Make"/> has made and nobody else holds.
    /// </summary>
    /// <inheritdoc cref="RequireFree" path="/exception"/>
    /// <exception cref="FileWriteException">It cannot be written.</exception>
    public static RunDirectory Create(string path, string resolvedConfig)
    {
        RequireFree(path);
        var run = new RunDirectory(Path.GetFullPath(path));
        DurableFiles.Guarded(path, () => DurableFile.RemoveLeftovers(path));
        run.KeepConfig(resolvedConfig);
        return run;
    }

    /// <summary>Writes what the run trains with.</summary>
    /// <exception cref="FileWriteException">It cannot be written.</exception>
    public void KeepConfig(string resolvedConfig) => DurableFiles.WriteText(ConfigPath, resolvedConfig);

    private static bool IsOfAStart(string path)
    {
        string name = Path.GetFileName(path);
        return RunLock.Files.Contains(name)
            || RunLock.Files.Append(ConfigFile).Any(file => DurableFile.IsTemporary(name, of: file));
    }
}
