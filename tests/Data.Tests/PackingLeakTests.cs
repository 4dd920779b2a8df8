using FsCheck;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Data.Tests;

/// <summary>Documents of a row never see each other, through the packing and a whole model.</summary>
public sealed class PackingLeakTests : IDisposable
{
    private const int Vocabulary = 97;

    private readonly Ops _ops = CpuBackend.Create(threads: 2);
    private readonly Arena _arena;
    private readonly ModelConfig _config;
    private readonly TransformerWeights _weights;

    public PackingLeakTests()
    {
        _config = ModelConfig.Parse($$"""
            {
              "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": {{Vocabulary}},
              "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
              "num_key_value_heads": 1, "head_dim": 8, "hidden_act": "silu", "max_position_embeddings": 256,
              "initializer_range": 0.4, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "tie_word_embeddings": true,
              "eos_token_id": 0
            }
            """, "test");
        _arena = _ops.CreateArena("weights");
        ModelWeights random = RandomInit.Create(_config, 3, _arena);
        _weights = TransformerWeights.From(_config, n => random[n]);
    }

    public void Dispose()
    {
        _arena.Dispose();
        _ops.Dispose();
    }

    /// <summary>
    /// With other tokens in one document, of the same number, the logits at every token of every other document are the
    /// same to the bit, and its own are others.
    /// </summary>
    [Property(MaxTest = 25)]
    public void Changing_one_document_leaves_the_logits_of_every_other_bit_identical(
        NonEmptyArray<byte> lengths, byte which, byte contextOver1, PackingKind packing)
    {
        int[] sizes = [.. lengths.Get.Take(12).Select(n => 1 + (n % 23))];
        int changed = which % sizes.Length, context = 2 + (contextOver1 % 40);
        PackedCorpus before = Corpus(sizes, null, context, packing), after = Corpus(sizes, changed, context, packing);
        Assert.Equal(before.Rows, after.Rows);
        bool differs = false;
        for (int r = 0; r < before.Rows; r++)
        {
            TokenRow row = before.Row(r), other = after.Row(r);
            Assert.Equal(row.DocumentStarts, other.DocumentStarts);
            float[][] logits = Logits(row), now = Logits(other);
            int[] starts = [.. row.DocumentStarts, row.Tokens.Length];
            for (int d = 0; d < row.DocumentStarts.Count; d++)
            {
                Range piece = starts[d]..starts[d + 1];
                bool isChanged = !row.Tokens[piece].Span.SequenceEqual(other.Tokens[piece].Span);
                if (isChanged)
                    Assert.NotEqual(logits[piece], now[piece]);
                else
                    Assert.Equal(logits[piece], now[piece]);
                differs |= isChanged;
            }
        }

        Assert.True(differs);
    }

    /// <summary>Documents whose tokens all differ between the two ways of writing the changed one.</summary>
    private static PackedCorpus Corpus(int[] sizes, int? changed, int context, PackingKind packing)
    {
        var store = new TokenBuffer();
        for (int d = 0; d < sizes.Length; d++)
        {
            int shift = d == changed ? 41 : 0;
            store.Add([.. Enumerable.Range(0, sizes[d]).Select(i => ((17 * d) + (5 * i) + shift) % Vocabulary)]);
        }

        return new PackedCorpus("c", CorpusKind.Domain, store, context, packing);
    }

    /// <summary>For each token of a row its logits, [V].</summary>
    private float[][] Logits(TokenRow row)
    {
        int tokens = row.Tokens.Length;
        using Arena arena = _ops.CreateArena("forward");
        var transformer = new Transformer(_ops, _config, arena, tokens, 64, backward: false);
        Activations activations = Activations.Allocate(
            arena, _config, _ops.ActivationType, tokens, Retention.None, (_, _) => 0);
        var batch = new TokenBatch(_ops, arena, tokens);
        batch.Fill([row], [default(TokenWeights)]);
        Tensor final = transformer.Forward(_weights, batch.Ids, batch.Layout, activations);
        Tensor logits = arena.Allocate("logits", DType.F32, tokens, Vocabulary);
        _ops.Linear(final, new LinearWeights(_weights.Embedding), batch.Layout, logits, null);
        return [.. logits.Span<float>().ToArray().Chunk(Vocabulary)];
    }
}
