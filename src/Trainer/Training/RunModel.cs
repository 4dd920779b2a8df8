using MolEngine.Basics.Files;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Engine.Training;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Runs;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Training;

/// <summary>The model of a run: the base, the student over it, and how the student is saved.</summary>
internal sealed class RunModel : IDisposable
{
    private readonly RunConfig _run;
    private readonly Ops _ops;
    private readonly Arena _weights;
    private readonly Arena _host;
    private readonly Arena _masters;
    private readonly ModelWeights _stored;
    private readonly LoraConfig? _lora;
    private ModelWeights? _held;
    private readonly IReadOnlyDictionary<string, (Tensor A, Tensor B)> _modules;

    /// <param name="stored">The model's weights, where they are not to be read; disposed of with this.</param>
    /// <param name="progress">Told how many tensors are where they are computed with, and of how many.</param>
    public RunModel(RunConfig run, Ops ops, ModelWeights? stored = null, Action<long, long>? progress = null)
    {
        (_run, _ops) = (run, ops);
        Config = ModelConfig.Load(run.Model);
        Tokenizer = FittingTokenizer.Load(run.Model, Config);

        _weights = ops.CreateArena("weights");

        // What is made on the host goes to a device from there; without one it is there already.
        _host = _weights.IsOnDevice ? new HostArena("start") : _weights;
        Arena gradients = GradientArena = ops.CreateArena("gradients");
        _masters = run.Optimizer.Offload ? ops.CreateArena("masters", isOffloaded: true) : _weights;
        bool random = run.Init.Kind == InitKind.Random;
        _stored = stored ?? (random
            ? RandomInit.Create(Config, run.Init.Seed, _host)
            : ModelWeights.Open(run.Model, Config));
        Dictionary<string, Tensor> adopted = _stored.Adopt(ops, _weights, progress);
        TransformerWeights frozen = TransformerWeights.From(Config, name => adopted[name]);
        Start = frozen;
        if (run.Method == TrainingMethod.Lora)
        {
            From = run.Lora.From is { } folder ? PeftAdapter.Load(folder, Config) : null;
            (_lora, _modules) = Adapter(run, isPlanned: stored is not null);
            if (From is not null)
                Start = Student.Adapted(frozen, From.Config, Adopted(From.Modules));
            Student = Student.WithAdapter(ops, Config, frozen, _lora, _modules, gradients, _weights, run.Seed);
        }
        else
        {
            _modules = new Dictionary<string, (Tensor A, Tensor B)>();
            Student = Student.Full(ops, Config, Masters(adopted), gradients, _weights);
        }

        // Random weights are no model to stay close to: without a base loss there is no base at all.
        Base = run.Base is not null ? Held(run.Base, frozen) : random && !run.NeedsBase ? null : frozen;
    }

    public ModelConfig Config { get; }

    public Tokenizer Tokenizer { get; }

    public Student Student { get; }

    /// <summary>The base model, or null where there is none to compare with.</summary>
    public TransformerWeights? Base { get; }

    /// <summary>The model before the first step, of a resumed run too.</summary>
    public TransformerWeights Start { get; }

    /// <summary>The adapter that the run starts from; null where it starts a new one, or trains none.</summary>
    public PeftAdapter? From { get; }

    public Arena GradientArena { get; }

    /// <summary>Bytes of weights where they are computed with, mapped ones included.</summary>
    public long WeightBytes => _weights.Bytes
        + (_weights.IsOnDevice ? 0 : _stored.MappedBytes + (_held?.MappedBytes ?? 0));

    /// <summary>Bytes of master weights that are kept from the device.</summary>
    public long OffloadedBytes => _masters.IsOffloaded ? _masters.Bytes : 0;

    public long TrainableParameters => Student.Parameters.Sum(p => p.Value.Count);

    /// <summary>Bytes of the numbers that <see cref="Save"/> writes: an adapter's are fp32.</summary>
    public long SavedBytes => TrainableParameters * (_lora is null ? Config.StoredType.Size() : sizeof(float));

    /// <summary>
    /// What a person should know of the model's files, a sentence each: keys and ids without effect, and what a whole
    /// model is saved as where its files hold another type.
    /// </summary>
    public IEnumerable<string> Notes
    {
        get
        {
            foreach (string note in Config.Notes.Concat(Tokenizer.Notes))
                yield return note;
            DType[] others = _lora is null && _run.Init.Kind != InitKind.Random
                ? [.. _stored.Names.Select(_stored.StoredType).Where(t => t != Config.StoredType).Distinct()] : [];
            if (others.Length > 0)
            {
                yield return $"the model's files hold {string.Join(" and ", others)}; the run writes "
                    + $"{Config.StoredType}, as config.json says";
            }
        }
    }

    /// <summary>Settings of the adapter that a run trains.</summary>
    /// <param name="start">The adapter that it starts from; null where it starts a new one.</param>
    public static LoraConfig LoraOf(RunConfig run, PeftAdapter? start)
    {
        LoraSettings lora = run.Lora;
        return start is null
            ? new LoraConfig(lora.Rank, lora.Alpha, lora.UseRsLora, lora.Dropout, lora.TargetModules)
            : start.Config with { Dropout = lora.Dropout };
    }

    /// <summary>Saves the adapter or the model into a folder of the run directory; returns the folder.</summary>
    /// <param name="prompting">How it is prompted.</param>
    public string Save(Prompting prompting)
    {
        using var host = new HostCopy(_ops);
        string target;
        if (_lora is not null)
        {
            target = RunDirectory.AdapterFolder(_run.Output);
            using var arena = new HostArena("adapter");
            Dictionary<string, (Tensor A, Tensor B)> modules = _modules.ToDictionary(
                m => m.Key, m => (host.To(m.Value.A, arena), host.To(m.Value.B, arena)));
            string name = BaseModelName.Of(_run.Model, NamedInputs.IdOf(_run.Model), From?.BaseModel);
            DurableFiles.WriteFolder(
                target,
                folder => PeftAdapter.Save(folder, _lora, modules, name, Config.NumLayers, prompting.ChatTemplate));
            return target;
        }

        target = RunDirectory.ModelFolder(_run.Output);
        ModelFiles files = ModelFiles.Of(_run.Model) with { Prompting = prompting };
        ModelExport.Write(
            target, files, Student.Parameters.ToDictionary(p => p.Name, p => p.Value), Config.StoredType, host);
        return target;
    }

    /// <summary>
    /// Keeps a copy of the adapter that the run starts from, in place of one from a start that came to nothing: from
    /// then on the run needs no other folder for what it was.
    /// </summary>
    /// <exception cref="FileWriteException">It cannot be written.</exception>
    public void KeepStart()
    {
        string target = RunDirectory.StartAdapterFolder(_run.Output);
        if (From is null || Path.GetFullPath(From.Folder) == target)
            return;
        if (Directory.Exists(target))
            DurableFiles.Guarded(target, () => _ = DurableFile.RemoveFolder(target));
        DurableFiles.WriteFolder(target, folder => PeftAdapter.Copy(From.Folder, folder));
    }

    public void Dispose()
    {
        GradientArena.Dispose();
        _weights.Dispose();
        _masters.Dispose();
        _host.Dispose();
        _stored.Dispose();
        _held?.Dispose();
    }

    /// <summary>
    /// A new adapter, or a copy of the one that the run starts from: a mapped file cannot be trained in place.
    /// </summary>
    private (LoraConfig Config, IReadOnlyDictionary<string, (Tensor A, Tensor B)> Modules) Adapter(
        RunConfig run, bool isPlanned)
    {
        LoraConfig lora = LoraOf(run, From);
        if (From is null && isPlanned)
            return (lora, _weights.Together(a => LoraInit.Create(Config, lora, seed: null, a)));
        if (From is null)
            return (lora, Adopted(LoraInit.Create(Config, lora, run.Seed, _host)));
        return (
            lora,
            Adopted(From.Modules).ToDictionary(
                m => m.Key, m => (Copy(m.Value.A), Copy(m.Value.B))));
    }

    /// <summary>The model with an adapter, or another model of its shapes.</summary>
    private TransformerWeights Held(string folder, TransformerWeights frozen)
    {
        if (PeftAdapter.IsIn(folder))
        {
            var adapter = PeftAdapter.Load(folder, Config);
            return Student.Adapted(
                frozen, adapter.Config, Student.Rounded(_ops, Adopted(adapter.Modules), _weights));
        }

        if (SameModel.Difference(_run.Model, folder) is { } difference)
        {
            throw new UserException(
                $"{ConfigKeys.Base.Path}: {folder}: expected an adapter or another checkpoint of the model "
                + $"({_run.Model}), got {difference}.");
        }

        _held = ModelWeights.Open(folder, Config);
        Dictionary<string, Tensor> adopted = _held.Adopt(_ops, _weights, null);
        return TransformerWeights.From(Config, name => adopted[name]);
    }

    private Dictionary<string, (Tensor A, Tensor B)> Adopted(
        IReadOnlyDictionary<string, (Tensor A, Tensor B)> modules)
    {
        if (!_weights.IsOnDevice)
            return modules.ToDictionary(m => m.Key, m => m.Value);
        (string Name, Tensor Host)[] hosts =
            [.. modules.SelectMany(m => new[] { (PeftNames.A(m.Key), m.Value.A), (PeftNames.B(m.Key), m.Value.B) })];
        NeighbourTensors there = _weights.Together(
            a => NeighbourTensors.Allocate(a, hosts.Select(h => (h.Name, h.Host.Type, h.Host.Shape))));
        foreach ((string name, Tensor host) in hosts)
            _ops.Upload(host, there[name]);
        return modules.ToDictionary(m => m.Key, m => (there[PeftNames.A(m.Key)], there[PeftNames.B(m.Key)]));
    }

    /// <summary>
    /// Master weights: exactly what is stored, whatever the frozen ones were rounded to. Those that only the optimizer
    /// reads may be kept from the device.
    /// </summary>
    private Dictionary<string, Tensor> Masters(Dictionary<string, Tensor> adopted)
    {
        Arena ArenaOf(Tensor stored) => Student.HasCopy(_ops, stored.Shape) ? _masters : _weights;
        foreach (IGrouping<Arena, Tensor> own in adopted.Keys.Select(name => _stored[name]).GroupBy(ArenaOf))
        {
            own.Key.Expect(a =>
            {
                foreach (Tensor stored in own)
                    Master(a, stored.Name, stored);
            });
        }

        return adopted.ToDictionary(t => t.Key, t =>
        {
            Tensor stored = _stored[t.Key], master = Master(ArenaOf(stored), t.Key, stored);
            if (stored.Type == DType.F32)
                _ops.Upload(stored, master);
            else
                _ops.Copy(t.Value, master);
            return master;
        });
    }

    private Tensor Copy(Tensor stored)
    {
        Tensor copy = Master(_weights, stored.Name, stored);
        _ops.Copy(stored, copy);
        return copy;
    }

    private static Tensor Master(Arena arena, string name, Tensor stored) =>
        arena.AllocateLike(stored, DType.F32, name);
}
