using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Engine.Optim;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Checkpoints;

/// <summary>
/// The checkpoints of a run directory: fp32 parameters, both moments and the step of an optimizer. A checkpoint is a
/// folder that appears and goes whole or not at all, so that a kill at any instant leaves the last one usable.
/// </summary>
internal sealed class CheckpointStore(string runDirectory, KeepPolicy keep)
{
    private const string Prefix = "step-";
    private const string StateFile = "state.json";
    private const string TensorsFile = "state.safetensors";
    private const string FirstMoment = ".first_moment";
    private const string SecondMoment = ".second_moment";

    private static readonly JsonSerializerOptions Json =
        new() { WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly string _folder = FolderOf(runDirectory);

    /// <summary>What a run directory holds: the checkpoints that are whole, and why others are passed over.</summary>
    public static CheckpointList All(string runDirectory)
    {
        string folder = FolderOf(runDirectory);
        string[] folders = Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder, Prefix + "*").Where(f => IsName(Path.GetFileName(f)))
                .Order(StringComparer.Ordinal)]
            : [];
        var whole = new List<Checkpoint>();
        var passedOver = new List<string>();
        foreach (string path in folders)
        {
            try
            {
                whole.Add(Read(path));
            }
            catch (UserException e)
            {
                passedOver.Add(e.Message);
            }
        }

        return new CheckpointList(runDirectory, [.. whole.OrderBy(c => c.Step)], passedOver);
    }

    /// <summary>The parameters of a checkpoint by name, fp32, mapped; without the optimizer's moments.</summary>
    public static IReadOnlyDictionary<string, Tensor> Parameters(Checkpoint checkpoint)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(checkpoint.Folder, TensorsFile));
        string[] moments = [FirstMoment, SecondMoment];
        return file.Entries.Keys.Where(n => !moments.Any(m => n.EndsWith(m, StringComparison.Ordinal)))
            .ToDictionary(n => n, file.Tensor);
    }

    /// <summary>Saves the state after the optimizer's last step.</summary>
    /// <param name="validationLoss">Loss of the last validation; null where there was none.</param>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="FileWriteException">It cannot be written; nothing is left of it.</exception>
    public string Save(Ops ops, AdamW optimizer, RunIdentity identity, double? validationLoss)
    {
        string target = Path.Combine(_folder, NameOf(optimizer.Steps));
        if (Directory.Exists(target))
        {
            // The same step has the same bits; one that is damaged makes room.
            if (All(runDirectory).Whole.Any(c => c.Folder == target))
                return target;
            DurableFiles.Guarded(target, () => _ = DurableFile.RemoveFolder(target));
        }

        Write(target, ops, optimizer, identity, validationLoss);
        return target;
    }

    /// <summary>Saves the state after the optimizer's last step into a new folder of any name.</summary>
    /// <inheritdoc cref="Save" path="/param|/exception"/>
    public static void Write(
        string target, Ops ops, AdamW optimizer, RunIdentity identity, double? validationLoss)
    {
        var tensors = new Dictionary<string, Tensor>();
        for (int i = 0; i < optimizer.Parameters.Count; i++)
        {
            string name = optimizer.Parameters[i].Name;
            tensors[name] = optimizer.Parameters[i].Value;
            tensors[name + FirstMoment] = optimizer.FirstMoments[i];
            tensors[name + SecondMoment] = optimizer.SecondMoments[i];
        }

        var state = new State(
            1, optimizer.Steps, validationLoss, identity.Model, identity.Data, identity.Settings, identity.Files);
        DurableFiles.WriteFolder(target, folder =>
        {
            using var host = new HostCopy(ops);
            SafetensorsWriter.Stream(
                Path.Combine(folder, TensorsFile), [.. tensors.Select(t => (t.Key, DType.F32, t.Value.Shape))],
                name => host.Of(tensors[name]));
            DurableFiles.WriteText(Path.Combine(folder, StateFile), JsonSerializer.Serialize(state, Json) + "\n");
        });
    }

    /// <summary>Removes the checkpoints that need not stay, each by one rename first.</summary>
    /// <param name="kept">Steps of those that stay in any case.</param>
    /// <returns>A line for each that has gone but for files that could not be removed: the run can go on.</returns>
    /// <exception cref="FileWriteException">One cannot be taken away.</exception>
    public IReadOnlyList<string> Prune(IReadOnlyCollection<long> kept)
    {
        var lines = new List<string>();
        foreach (Checkpoint surplus in keep.Surplus(All(runDirectory).Whole, kept))
        {
            string? left = null;
            DurableFiles.Guarded(surplus.Folder, () => left = DurableFile.RemoveFolder(surplus.Folder));
            if (left is not null)
                lines.Add($"{left}: what is left of an old checkpoint could not be removed: resuming tries again");
        }

        return lines;
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

        Load(checkpoint, ops, optimizer);
    }

    /// <summary>Puts the state of a checkpoint of this very run back, to the bit.</summary>
    /// <exception cref="UserException">A tensor is not there: the checkpoint is damaged.</exception>
    public static void Load(Checkpoint checkpoint, Ops ops, AdamW optimizer)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(checkpoint.Folder, TensorsFile));
        void Load(string name, Tensor into)
        {
            if (!file.Entries.TryGetValue(name, out SafetensorsEntry? entry) || entry.Shape != into.Shape)
            {
                throw new UserException(
                    $"{checkpoint.Folder}: {name}: expected a tensor {into.Shape}, got "
                    + $"{(entry is null ? "none" : entry.Shape.ToString())}. The checkpoint is damaged: remove it, and "
                    + "resume from the one before.");
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

    /// <summary>Removes what a killed process left half-written or half-removed. Only under the run's lock.</summary>
    public static void RemoveLeftovers(string runDirectory)
    {
        foreach (string folder in (string[])[runDirectory, FolderOf(runDirectory)])
            DurableFiles.Guarded(folder, () => DurableFile.RemoveLeftovers(folder));
    }

    /// <summary>The name of a checkpoint in <see cref="FolderOf"/>.</summary>
    public static string NameOf(long step) => Prefix + step.ToString("D8");

    /// <summary>Where a run keeps its checkpoints.</summary>
    public static string FolderOf(string runDirectory) => Path.Combine(runDirectory, "checkpoints");

    private static bool IsName(string name) =>
        name.Length > Prefix.Length && name.Skip(Prefix.Length).All(char.IsAsciiDigit);

    /// <exception cref="UserException">The checkpoint is damaged: says what is wrong with it.</exception>
    private static Checkpoint Read(string folder)
    {
        State state;
        try
        {
            state = StrictJson.Read<State>(File.ReadAllText(Path.Combine(folder, StateFile)), Json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UserException(
                $"{folder}: {StateFile}: expected the state of a checkpoint, got \"{e.Message}\"", e);
        }

        if (state is not { Version: 1, Model: not null, Data: not null, Settings: not null }
            || state.Step is < 0 or > int.MaxValue || state.Settings.Values.Contains(null)
            || state.Files?.Values.Contains(null) == true)
        {
            string got = state.Version != 1 ? $"version {state.Version}" : "a part of one";
            throw new UserException($"{folder}: {StateFile}: expected the state of a checkpoint, version 1, got {got}");
        }

        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, TensorsFile));
        var identity = new RunIdentity(state.Model, state.Data, state.Settings)
        {
            Files = state.Files ?? new Dictionary<string, string>(),
        };
        return new Checkpoint(folder, state.Step, state.ValidationLoss, identity);
    }

    /// <param name="Files">Null in checkpoints of programs that did not write it.</param>
    private sealed record State(
        int Version, long Step, double? ValidationLoss, string Model, string Data,
        IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, string>? Files = null);
}
