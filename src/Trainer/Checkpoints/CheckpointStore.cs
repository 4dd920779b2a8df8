using System.Globalization;
using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Engine.Optim;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Checkpoints;

/// <summary>
/// The checkpoints of a run directory: fp32 parameters, both moments and the step of an optimizer. A checkpoint is a
/// folder that appears whole or not at all, so that a kill at any instant leaves the last one usable.
/// </summary>
internal sealed class CheckpointStore(string runDirectory, KeepPolicy keep)
{
    private const string Prefix = "step-";
    private const string StateFile = "state.json";
    private const string TensorsFile = "state.safetensors";
    private const string FirstMoment = ".first_moment";
    private const string SecondMoment = ".second_moment";
    private const string Damaged = "The checkpoint is damaged: remove it, and resume from the one before.";

    private static readonly JsonSerializerOptions Json =
        new() { WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly string _folder = FolderOf(runDirectory);

    /// <summary>Complete checkpoints of a run directory, oldest first.</summary>
    /// <exception cref="UserException">One is damaged.</exception>
    public static IReadOnlyList<Checkpoint> All(string runDirectory) => !Directory.Exists(FolderOf(runDirectory))
        ? []
        : [.. Directory.GetDirectories(FolderOf(runDirectory), Prefix + "*").Select(Read).OrderBy(c => c.Step)];

    /// <summary>The checkpoint to go on from, or null.</summary>
    public static Checkpoint? Latest(string runDirectory) => All(runDirectory).LastOrDefault();

    /// <summary>The parameters of a checkpoint by name, fp32, mapped; without the optimizer's moments.</summary>
    public static IReadOnlyDictionary<string, Tensor> Parameters(Checkpoint checkpoint)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(checkpoint.Folder, TensorsFile));
        string[] moments = [FirstMoment, SecondMoment];
        return file.Entries.Keys.Where(n => !moments.Any(m => n.EndsWith(m, StringComparison.Ordinal)))
            .ToDictionary(n => n, file.Tensor);
    }

    /// <summary>Saves the state after the optimizer's last step, then removes what need not stay.</summary>
    /// <param name="validationLoss">Of the last validation; null where there was none.</param>
    public void Save(Ops ops, AdamW optimizer, RunIdentity identity, double? validationLoss)
    {
        var tensors = new Dictionary<string, Tensor>();
        for (int i = 0; i < optimizer.Parameters.Count; i++)
        {
            string name = optimizer.Parameters[i].Name;
            tensors[name] = optimizer.Parameters[i].Value;
            tensors[name + FirstMoment] = optimizer.FirstMoments[i];
            tensors[name + SecondMoment] = optimizer.SecondMoments[i];
        }

        string target = Path.Combine(_folder, Prefix + optimizer.Steps.ToString("D8", CultureInfo.InvariantCulture));
        var state = new State(1, optimizer.Steps, validationLoss, identity.Model, identity.Data, identity.Settings);
        if (!Directory.Exists(target))
        {
            DurableFiles.WriteFolder(target, folder =>
            {
                using var host = new HostCopy(ops);
                SafetensorsWriter.Stream(
                    Path.Combine(folder, TensorsFile), [.. tensors.Select(t => (t.Key, DType.F32, t.Value.Shape))],
                    name => host.Of(tensors[name]));
                DurableFiles.WriteText(Path.Combine(folder, StateFile), JsonSerializer.Serialize(state, Json) + "\n");
            });
        }

        foreach (Checkpoint surplus in keep.Surplus(All(runDirectory)))
            Directory.Delete(surplus.Folder, recursive: true);
    }

    /// <summary>Puts a saved state back, to the bit.</summary>
    /// <exception cref="UserException">The checkpoint is of another run: says what differs.</exception>
    public static void Restore(Checkpoint checkpoint, RunIdentity identity, Ops ops, AdamW optimizer)
    {
        IReadOnlyList<string> differences = identity.DifferencesFrom(checkpoint.Identity);
        if (differences.Count > 0)
        {
            throw new UserException(
                $"{checkpoint.Folder}: resume: expected the run that was saved, got another: "
                + $"{string.Join("; ", differences)}. Put it back, or start a new run.");
        }

        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(checkpoint.Folder, TensorsFile));
        void Load(string name, Tensor into)
        {
            if (!file.Entries.TryGetValue(name, out SafetensorsEntry? entry) || entry.Shape != into.Shape)
            {
                throw new UserException(
                    $"{checkpoint.Folder}: {name}: expected a tensor {into.Shape}, got "
                    + $"{(entry is null ? "none" : entry.Shape.ToString())}. {Damaged}");
            }

            ops.Upload<float>(file.Tensor(name).Span<float>(), into);
        }

        for (int i = 0; i < optimizer.Parameters.Count; i++)
        {
            string name = optimizer.Parameters[i].Name;
            Load(name, optimizer.Parameters[i].Value);
            Load(name + FirstMoment, optimizer.FirstMoments[i]);
            Load(name + SecondMoment, optimizer.SecondMoments[i]);
        }

        optimizer.RoundCopies();
        optimizer.Steps = checked((int)checkpoint.Step);
    }

    /// <summary>Removes what a killed process left half-written. Only under the run's lock.</summary>
    public static void RemoveLeftovers(string runDirectory)
    {
        foreach (string folder in (string[])[runDirectory, FolderOf(runDirectory)])
        {
            if (!Directory.Exists(folder))
                continue;
            foreach (string entry in Directory.GetFileSystemEntries(folder, ".*.tmp"))
            {
                if (Directory.Exists(entry))
                    Directory.Delete(entry, recursive: true);
                else
                    File.Delete(entry);
            }
        }
    }

    private static string FolderOf(string runDirectory) => Path.Combine(runDirectory, "checkpoints");

    private static Checkpoint Read(string folder)
    {
        try
        {
            State state = JsonSerializer.Deserialize<State>(File.ReadAllText(Path.Combine(folder, StateFile)), Json)!;
            return new Checkpoint(
                folder, state.Step, state.ValidationLoss, new RunIdentity(state.Model, state.Data, state.Settings));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new UserException(
                $"{folder}: {StateFile}: expected the state of a checkpoint, got \"{e.Message}\". {Damaged}", e);
        }
    }

    private sealed record State(
        int Version, long Step, double? ValidationLoss, string Model, string Data,
        IReadOnlyDictionary<string, string> Settings);
}
