using MolEngine.Engine.Adapters;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Engine.Training;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Reporting;

namespace MolEngine.Trainer.Training;

/// <summary>The model of a run: the base, the student over it, and how the student is saved.</summary>
internal sealed class RunModel : IDisposable
{
    private readonly RunConfig _run;
    private readonly Arena _weights;
    private readonly ModelWeights _stored;
    private readonly LoraConfig? _lora;
    private readonly IReadOnlyDictionary<string, (Tensor A, Tensor B)> _modules;

    public RunModel(RunConfig run, Ops ops)
    {
        _run = run;
        Config = ModelConfig.Load(run.Model);
        Tokenizer = FittingTokenizer.Load(run.Model, Config);
        _weights = ops.CreateArena("weights");
        Arena gradients = GradientArena = ops.CreateArena("gradients");
        bool random = run.Init.Kind == InitKind.Random;
        _stored = random
            ? RandomInit.Create(Config, run.Init.Seed, _weights)
            : ModelWeights.Open(run.Model, Config);
        TransformerWeights frozen = TransformerWeights.From(Config, name => ops.Adopt(_stored[name], _weights));
        if (run.Method == TrainingMethod.Lora)
        {
            (_lora, _modules) = Adapter(run, ops);
            Student = Student.WithAdapter(ops, Config, frozen, _lora, _modules, gradients, run.Seed);
        }
        else
        {
            _modules = new Dictionary<string, (Tensor A, Tensor B)>();
            Student = Student.Full(ops, Config, Copies(ops), gradients);
        }

        // Random weights are no model to stay close to: without a base loss there is no base at all.
        Base = random && run.Loss.Kind == LossKind.Ce ? null : frozen;
    }

    public ModelConfig Config { get; }

    public Tokenizer Tokenizer { get; }

    public Student Student { get; }

    /// <summary>The base model, or null where there is none to compare with.</summary>
    public TransformerWeights? Base { get; }

    public Arena GradientArena { get; }

    /// <summary>Bytes of weights, mapped ones included.</summary>
    public long WeightBytes => _weights.Bytes + _stored.MappedBytes;

    public long TrainableParameters => Student.Parameters.Sum(p => p.Value.Count);

    /// <summary>
    /// Settings of the adapter that a run trains: its own, or those of the adapter that it starts from.
    /// </summary>
    public static LoraConfig LoraOf(RunConfig run, ModelConfig config)
    {
        LoraSettings lora = run.Lora;
        return lora.From is null
            ? new LoraConfig(lora.Rank, lora.Alpha, lora.UseRsLora, lora.Dropout, lora.TargetModules)
            : PeftAdapter.Load(lora.From, config).Config with { Dropout = lora.Dropout };
    }

    /// <summary>Saves the adapter or the model into a folder of the run directory; returns the folder.</summary>
    public string Save()
    {
        string target = RunDirectory.SavedFolder(_run.Output, _run.Method);
        if (_lora is not null)
        {
            DurableFiles.WriteFolder(
                target, folder => PeftAdapter.Save(folder, _lora, _modules, Path.GetFullPath(_run.Model)));
            return target;
        }

        ModelExport.Write(
            target, ModelFiles.Of(_run.Model), Student.Parameters.ToDictionary(p => p.Name, p => p.Value),
            Config.StoredType);
        return target;
    }

    public void Dispose()
    {
        GradientArena.Dispose();
        _weights.Dispose();
        _stored.Dispose();
    }

    /// <summary>
    /// A new adapter, or a copy of the one that the run starts from: a mapped file cannot be trained in place.
    /// </summary>
    private (LoraConfig Config, IReadOnlyDictionary<string, (Tensor A, Tensor B)> Modules) Adapter(
        RunConfig run, Ops ops)
    {
        LoraConfig lora = LoraOf(run, Config);
        if (run.Lora.From is null)
            return (lora, LoraInit.Create(Config, lora, run.Seed, _weights));
        Tensor Copy(Tensor stored)
        {
            Tensor copy = _weights.Allocate(stored.Name, DType.F32, stored.Shape.Dimensions.ToArray());
            ops.Copy(ops.Adopt(stored, _weights), copy);
            return copy;
        }

        IReadOnlyDictionary<string, (Tensor A, Tensor B)> start = PeftAdapter.Load(run.Lora.From, Config).Modules;
        return (lora, start.ToDictionary(m => m.Key, m => (Copy(m.Value.A), Copy(m.Value.B))));
    }

    private Dictionary<string, Tensor> Copies(Ops ops)
    {
        var copies = new Dictionary<string, Tensor>();
        foreach (TensorSpec spec in Architectures.Of(Config).Tensors(Config))
        {
            Tensor copy = _weights.Allocate(spec.Name, DType.F32, spec.Shape.Dimensions.ToArray());
            ops.Copy(ops.Adopt(_stored[spec.Name], _weights), copy);
            copies[spec.Name] = copy;
        }

        return copies;
    }
}
