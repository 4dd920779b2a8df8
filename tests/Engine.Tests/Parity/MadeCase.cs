using MolEngine.Basics.Numerics;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>
/// A case folder made on the spot as the references are made (make/cases.py beside them): a random model whose
/// activations and logits have the spread of a trained one's, and an adapter whose B is not zero.
/// </summary>
internal static class MadeCase
{
    private const int Rank = 4;

    /// <summary>Writes the model and its adapter, and opens them.</summary>
    public static ReferenceCase Open(TemporaryFolder folder, MadeShape shape, ulong seed, TestBackend backend)
    {
        folder.Write("config.json", shape.Json);
        ModelConfig config = ModelConfig.Parse(shape.Json, "made case");
        IReadOnlyList<TensorSpec> specs = Architectures.Of(config).Tensors(config);
        SafetensorsWriter.Write(
            Path.Combine(folder.Root, "model.safetensors"),
            [.. specs.Where(s => !(shape.Tied && s.Name == ModuleNames.Head))
                .Select(s => (s.Name, shape.Stored, Made(s, shape, seed)))]);
        var modules = specs.Where(s => s.Name.EndsWith("_proj.weight", StringComparison.Ordinal)).ToDictionary(
            s => s.Name[..^".weight".Length],
            s => (Normal(s.Name + " A", seed, 1 / Math.Sqrt(s.Shape[1]), Rank, s.Shape[1]),
                Normal(s.Name + " B", seed, 0.25 / Math.Sqrt(Rank), s.Shape[0], Rank)));
        var lora = new LoraConfig(Rank, 2 * Rank, false, 0, LoraConfig.AllProjections);
        PeftAdapter.Save(folder.Folder("adapter"), lora, modules, "..", config.NumLayers);
        return ReferenceCase.At(folder.Root, backend);
    }

    /// <summary>Rows of documents of these lengths; every second row is general.</summary>
    public static TokenRow[] Rows(ModelConfig config, ulong seed, params int[][] lengths)
    {
        var random = CounterRandom.For(seed, "tokens");
        ulong next = 0;
        TokenRow Row(int[] documents, int row)
        {
            int start = 0;
            int[] starts = [.. documents.Select(length => (start += length) - length)];
            int[] ids = [.. Enumerable.Range(0, start).Select(_ => random.Below(next++, config.VocabSize))];
            return new TokenRow(ids, starts, row % 2 == 1 ? CorpusKind.General : CorpusKind.Domain);
        }

        return [.. lengths.Select(Row)];
    }

    private static Tensor Made(TensorSpec spec, MadeShape shape, ulong seed)
    {
        int[] size = spec.Shape.Dimensions.ToArray();
        double head = 3 / Math.Sqrt(shape.Hidden);
        double deviation = spec.Role switch
        {
            TensorRole.Norm => 0.2,
            TensorRole.Bias => 0.3,
            TensorRole.Embedding => shape.Tied ? head : 1,
            _ => spec.Name == ModuleNames.Head ? head : 1.2 / Math.Sqrt(size[1]),
        };
        Tensor tensor = Normal(spec.Name, seed, deviation, size);
        foreach (ref float x in tensor.Span<float>())
            x += spec.Role == TensorRole.Norm ? 1 : 0;
        return tensor;
    }

    private static Tensor Normal(string name, ulong seed, double deviation, params int[] shape)
    {
        Tensor tensor = new HostArena("made case").Allocate(name, DType.F32, shape);
        CounterRandom.For(seed, name).Normal(tensor.Span<float>(), deviation);
        return tensor;
    }
}
