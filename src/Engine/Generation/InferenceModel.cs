using MolEngine.Engine.Adapters;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Engine.Training;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Generation;

/// <summary>A model folder, with or without an adapter, as score and generate use it.</summary>
public sealed class InferenceModel : IDisposable
{
    private readonly Ops _ops;
    private readonly ModelWeights _stored;
    private readonly Arena _arena;

    /// <param name="progress">Told how many tensors are where they are computed with, and of how many.</param>
    public InferenceModel(Ops ops, string folder, string? adapterFolder, Action<long, long>? progress = null)
    {
        _ops = ops;
        Folder = folder;
        Config = ModelConfig.Load(folder);
        PeftAdapter? adapter = adapterFolder is null ? null : PeftAdapter.Load(adapterFolder, Config);
        _stored = ModelWeights.Open(folder, Config);
        _arena = ops.CreateArena("weights");
        Dictionary<string, Tensor> adopted = _stored.Adopt(ops, _arena, progress);
        Frozen = TransformerWeights.From(Config, name => adopted[name]);
        Weights = adapter is null ? Frozen : Adapted(adapter);
    }

    public string Folder { get; }

    public ModelConfig Config { get; }

    /// <summary>The folder's weights alone.</summary>
    public TransformerWeights Frozen { get; }

    /// <summary>The weights with the adapter, if there is one.</summary>
    public TransformerWeights Weights { get; }

    /// <summary>The folder's weights with an adapter of a folder, which lives as long as the model.</summary>
    /// <inheritdoc cref="PeftAdapter.Load" path="/exception"/>
    public TransformerWeights Adapted(string folder) => Adapted(PeftAdapter.Load(folder, Config));

    /// <summary>The folder's weights with another adapter, which lives as long as the model.</summary>
    /// <param name="modules">A [r, in] and B [out, r], fp32, by module path; host memory.</param>
    public TransformerWeights Adapted(
        LoraConfig lora, IReadOnlyDictionary<string, (Tensor A, Tensor B)> modules) =>
        Student.Adapted(Frozen, lora, modules.ToDictionary(
            m => m.Key, m => (_ops.Adopt(m.Value.A, _arena), _ops.Adopt(m.Value.B, _arena))));

    private TransformerWeights Adapted(PeftAdapter adapter) => Adapted(adapter.Config, adapter.Modules);

    /// <summary>The folder's tokenizer, which must fit its vocabulary.</summary>
    public Tokenizer LoadTokenizer() => FittingTokenizer.Load(Folder, Config);

    public void Dispose()
    {
        _arena.Dispose();
        _stored.Dispose();
    }
}
