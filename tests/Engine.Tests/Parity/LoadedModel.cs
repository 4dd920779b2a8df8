using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>A model folder on a CPU backend.</summary>
internal class LoadedModel : IDisposable
{
    public LoadedModel(string folder, int? threads = null)
    {
        Folder = folder;
        Config = ModelConfig.Load(folder);
        Stored = ModelWeights.Open(folder, Config);
        Ops = CpuBackend.Create(threads: threads);
        Arena = Ops.CreateArena("test");
        Weights = TransformerWeights.From(Config, n => Ops.Adopt(Stored[n], Arena));
    }

    public string Folder { get; }

    public ModelConfig Config { get; }

    public ModelWeights Stored { get; }

    public Ops Ops { get; }

    public Arena Arena { get; }

    /// <summary>The model as stored.</summary>
    public TransformerWeights Weights { get; }

    public void Dispose()
    {
        Arena.Dispose();
        Ops.Dispose();
        Stored.Dispose();
    }
}
