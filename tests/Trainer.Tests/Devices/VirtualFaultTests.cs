using System.Runtime.InteropServices;
using MolEngine.Data;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Tensors;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Devices;

/// <summary>What goes wrong in a run is told in the same words on the CPU and on the virtual GPU.</summary>
public sealed class VirtualFaultTests : IDisposable
{
    private readonly VirtualRuns _runs = new();

    [Theory]
    [InlineData("model.embed_tokens.weight", "fp32")]
    [InlineData("model.layers.0.self_attn.k_proj.weight", "bf16")]
    [InlineData("model.layers.1.mlp.down_proj.weight", "fp32")]
    [InlineData("model.norm.weight", "bf16")]
    public void A_weight_that_is_NaN_stops_the_run(string tensor, string precision)
    {
        Break(tensor);
        string[] more = ["validate.every=0", "lora.dropout=0"];
        string Message(string where) => Assert.Throws<RunFailedException>(
            () => SmallRun.Train(_runs.Load(VirtualRuns.Settings("lora", where, more)))).Message;

        string cpu = Message("cpu");
        Assert.StartsWith("step 1: the loss is NaN, the gradient norm NaN", cpu);
        Assert.Contains("row 0 of the batch", cpu);
        Assert.Contains("the first such gradient is that of base_model.model.model.layers.", cpu);
        Assert.Equal(cpu, Message(precision));
    }

    /// <summary>Ids of another vocabulary: at the start of a row they are no target.</summary>
    [Theory]
    [InlineData(0, "lora")]
    [InlineData(3, "lora")]
    [InlineData(31, "full")]
    public void A_token_of_another_vocabulary_is_named(int at, string method)
    {
        string Message(string where)
        {
            RunConfig run = _runs.Load(VirtualRuns.Settings(
                method, where, "validate.every=0", "steps=1", "global_batch=1", "micro_batch=1"));
            return Assert.Throws<ArgumentException>(() => SmallRun.Train(run, data: Rows(at, 259))).Message;
        }

        string cpu = Message("cpu");
        Assert.Equal(
            $"Embedding: token ids: token {at}: expected an id from 0 to 258 (model.embed_tokens.weight), got 259. "
            + "Check that tokenizer and model belong together.", cpu);
        Assert.Equal(cpu, Message("fp32"));
    }

    public void Dispose() => _runs.Dispose();

    /// <summary>One row with one odd id.</summary>
    private static TrainingData Rows(int at, int id)
    {
        int[] document = [.. Enumerable.Range(0, 32).Select(i => i == at ? id : 40 + i)];
        PackedCorpus train = PackedCorpus.OfRows("odd", CorpusKind.Domain, 32, [[document]]);
        PackedCorpus none = PackedCorpus.OfRows("odd", CorpusKind.Domain, 32, []);
        CorpusRows[] rows = [new CorpusRows(train.Rows, train.Kind)];
        return new TrainingData(
            [new Corpus(train, none)], TrainingOrder.Given(rows, [new RowId(0, 0)], globalBatch: 1, steps: 1));
    }

    /// <summary>Makes the middle of a tensor of the model NaN.</summary>
    private void Break(string tensor)
    {
        string file = Path.Combine(_runs.Tiny.Model, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(file);
        using (SafetensorsFile opened = SafetensorsFile.Open(file))
        {
            Assert.Equal(DType.F32, opened.Entries[tensor].Type);
            ReadOnlySpan<byte> stored = MemoryMarshal.AsBytes(opened.Tensor(tensor).Span<float>());
            int start = bytes.AsSpan().IndexOf(stored);
            BitConverter.TryWriteBytes(bytes.AsSpan(start + (stored.Length / 8 * 4)), float.NaN);
        }

        File.WriteAllBytes(file, bytes);
    }
}
