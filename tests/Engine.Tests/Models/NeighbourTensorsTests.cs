using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Models;

/// <summary>Tensors of layers with one input are views of one, in the order of the model.</summary>
public sealed class NeighbourTensorsTests : IDisposable
{
    private readonly HostArena _arena = new("neighbours");

    public void Dispose() => _arena.Dispose();

    [Fact]
    public void Layers_of_one_input_lie_one_above_another()
    {
        // Given in the order of their names, as an adapter's parameters are.
        string[] modules = [.. ModuleNames.Linears.Order(StringComparer.Ordinal)];
        int[] layers = [0, 1];
        var all = NeighbourTensors.Allocate(
            _arena, layers.SelectMany(i => modules.Select(m => (Name(i, m), DType.F32, Shape(m)))), " gradient");
        foreach (int layer in layers)
        {
            foreach (IReadOnlyList<string> group in ModuleNames.OfOneInput)
            {
                Tensor[] members = [.. group.Select(m => all[Name(layer, m)])];
                Assert.Equal(group.Select(m => Shape(m)), members.Select(m => m.Shape));
                Assert.Equal(group.Sum(m => Shape(m)[0]), Tensor.Stacked(members)!.Shape[0]);
                Assert.Equal(group.Select(m => Name(layer, m) + " gradient"), members.Select(m => m.Name));
            }
        }

        Assert.Equal(2 * ModuleNames.OfOneInput.Count, all.Whole.Count);
        Assert.Equal(_arena.Bytes, all.Whole.Sum(w => w.Bytes));

        static string Name(int layer, string module) => PeftNames.A(ModuleNames.InLayer(layer, module));

        static Shape Shape(string module) => new(3 + module.Length, 5);
    }

    [Fact]
    public void What_is_of_another_type_or_width_is_by_itself()
    {
        (string, DType, Shape)[] tensors =
        [
            (Of(ModuleNames.Query), DType.BF16, new Shape(4, 8)), (Of(ModuleNames.Key), DType.F32, new Shape(4, 8)),
            (Of(ModuleNames.Value), DType.BF16, new Shape(2, 8)), (Of(ModuleNames.Gate), DType.F32, new Shape(4, 8)),
            (Of(ModuleNames.Up), DType.F32, new Shape(4, 7)), (ModuleNames.FinalNorm, DType.F32, new Shape(8)),
        ];
        var all = new NeighbourTensors(_arena, tensors);
        Assert.Empty(_arena.Tensors);
        Assert.NotNull(Tensor.Stacked([all[Of(ModuleNames.Query)], all[Of(ModuleNames.Value)]]));
        Assert.Single(_arena.Tensors);
        Assert.Null(Tensor.Stacked([all[Of(ModuleNames.Gate)], all[Of(ModuleNames.Up)]]));
        Assert.All(tensors, t => Assert.Equal((t.Item2, t.Item3), (all[t.Item1].Type, all[t.Item1].Shape)));
        Assert.Equal(5, all.Whole.Count);

        static string Of(string module) => ModuleNames.InLayer(0, module) + ModuleNames.Weight;
    }

    /// <summary>Values as stored, and no byte more than they take.</summary>
    [Fact]
    public void Weights_become_neighbours_where_they_are_uploaded()
    {
        using Training.TinyModel model = new("qwen2", tied: true);
        using Ops gpu = TestBackend.VirtualModel.Create();
        using Arena weights = gpu.CreateArena("weights");
        using var stored = ModelWeights.FromTensors(model.Config, model.Tensors);
        Dictionary<string, Tensor> adopted = stored.Adopt(gpu, weights);
        Assert.Equal(adopted.Values.Sum(t => t.Bytes), weights.Bytes);
        foreach ((string name, Tensor tensor) in adopted)
        {
            var values = new float[tensor.Count];
            gpu.Download<float>(tensor, values);
            Assert.Equal(stored[name].Span<float>().ToArray(), values);
        }

        foreach (LayerWeights layer in TransformerWeights.From(model.Config, name => adopted[name]).Layers)
        {
            LinearWeights[] heads = [layer.Query, layer.Key, layer.Value];
            Assert.NotNull(Tensor.Stacked([.. heads.Select(h => h.Weight)]));
            Assert.NotNull(Tensor.Stacked([.. heads.Select(h => h.Bias!)]));
            Assert.NotNull(Tensor.Stacked([layer.Gate.Weight, layer.Up.Weight]));
        }
    }
}
