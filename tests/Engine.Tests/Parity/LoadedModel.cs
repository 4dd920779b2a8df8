using MolEngine.Basics.Numerics;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>A model folder on a backend.</summary>
internal class LoadedModel : IDisposable
{
    /// <param name="backend">Default: the CPU.</param>
    public LoadedModel(string folder, TestBackend? backend = null)
    {
        Backend = backend ?? TestBackend.Cpu;
        Folder = folder;
        Config = ModelConfig.Load(folder);
        Stored = ModelWeights.Open(folder, Config);
        Ops = Backend.Create();
        Arena = Ops.CreateArena("test");
        Dictionary<string, Tensor> adopted = Stored.Adopt(Ops, Arena);
        Weights = TransformerWeights.From(Config, n => adopted[n]);
    }

    public TestBackend Backend { get; }

    public string Folder { get; }

    public ModelConfig Config { get; }

    public ModelWeights Stored { get; }

    public Ops Ops { get; }

    public Arena Arena { get; }

    /// <summary>The model as stored.</summary>
    public TransformerWeights Weights { get; }

    /// <summary>The values of an fp32 or bf16 tensor.</summary>
    public float[] Values(Tensor x)
    {
        if (x.Type == DType.BF16)
        {
            var bits = new ushort[x.Count];
            Ops.Download<ushort>(x, bits);
            return Array.ConvertAll(bits, Bf16.Widen);
        }

        var values = new float[x.Count];
        Ops.Download<float>(x, values);
        return values;
    }

    public void Dispose()
    {
        Arena.Dispose();
        Ops.Dispose();
        Stored.Dispose();
    }
}
