using System.Runtime.Intrinsics;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Limits;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Benchmarks;

/// <summary>
/// Steps of generation of a model of SmolLM2-135M's shapes with random bf16 weights, after prompts of 32 tokens: tokens
/// a second of 1 to 32 streams, and what share that is of the read bandwidth (every weight once a step) and of the FMA
/// peak, both measured in the same rounds. Then a prompt of 1024 tokens.
/// </summary>
internal static class GenerationBenchmark
{
    public static void Run(BenchmarkOptions options)
    {
        switch (options.Level)
        {
            case SimdLevel.Vector512:
                new GenerationBenchmark<Vector512Simd, Vector512<float>>(options).Run();
                break;
            case SimdLevel.Vector256:
                new GenerationBenchmark<Vector256Simd, Vector256<float>>(options).Run();
                break;
            default:
                new GenerationBenchmark<ScalarSimd, float>(options).Run();
                break;
        }
    }
}

internal sealed unsafe class GenerationBenchmark<S, V>(BenchmarkOptions options)
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private const int PromptTokens = 32, LongPrompt = 1024, MaxTokens = 1024;

    private const string Config = """
        {
          "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 49152, "hidden_size": 576,
          "intermediate_size": 1536, "num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3,
          "rms_norm_eps": 1e-5, "rope_theta": 100000.0, "tie_word_embeddings": true, "max_position_embeddings": 8192,
          "hidden_act": "silu"
        }
        """;

    private static readonly int[] Streams = [1, 2, 4, 8, 16, 32];

    private readonly ModelConfig _config = ModelConfig.Parse(Config, "benchmark");

    public void Run()
    {
        using Ops ops = CpuBackend.Create(options.Level, options.Threads);
        using Arena arena = ops.CreateArena("weights");
        var tensors = Architectures.Of(_config).Tensors(_config).ToDictionary(
            s => s.Name, s => BenchmarkData.Uniform(arena, DType.BF16, s.Shape.Dimensions.ToArray()));
        TransformerWeights weights = TransformerWeights.From(_config, n => tensors[n]);
        Console.WriteLine(
            $"{ops.Description}, weights of {arena.Bytes / 1e6:F0} MB; p50, in brackets p80 .. p20 of the times");
        Tensor[] matrices = [.. tensors.Values.Where(t => t.Shape.Rank == 2)];
        using var pool = new WorkerPool(options.Threads);
        double one = 0;
        foreach (int streams in Streams)
            one = Measure(ops, weights, matrices, arena.Bytes, pool, streams, one);
        Prompt(ops, weights, arena.Bytes, pool);
    }

    private double Measure(
        Ops ops, TransformerWeights weights, IReadOnlyList<Tensor> matrices, long bytes, WorkerPool pool, int streams,
        double one)
    {
        using var batch = new GenerationBatch(
            ops, _config, weights, streams, streams * (PromptTokens + MaxTokens + PagedLayout.PageTokens));
        int seed = 0;
        Fill();
        double flops = bytes * (double)streams, burst = 0;
        long readBytes = 0;
        Timing[] t = Timing.Interleaved(
            options.Seconds,
            () =>
            {
                if (batch.IsIdle)
                    Fill();
                batch.Step();
            },
            () => readBytes = ReadBandwidth<S, V>.Read(pool, matrices),
            () => burst = FmaPeak<S, V>.Burst(pool, flops));
        double rate = streams / t[0].P50, reading = readBytes / t[1].P50, bandwidth = bytes / t[0].P50 / reading;
        Console.WriteLine(
            $"{streams,2} streams {rate,7:F1} tokens/s ({streams / t[0].P80:F1} .. {streams / t[0].P20:F1}), "
            + $"{(one == 0 ? 1 : rate / one):F1} x one; {bandwidth:P0} of reading {reading / 1e9:F1} GB/s, "
            + $"{flops / t[0].P50 / (burst / t[2].P50):P0} of the peak {burst / t[2].P50 / 1e9:F0} GFLOP/s");
        return one == 0 ? rate : one;

        void Fill()
        {
            for (int i = 0; i < streams; i++)
                batch.Add(Request(seed++, PromptTokens, MaxTokens));
            while (batch.Waiting > 0 || batch.TokensGenerated < streams)
                batch.Step();
        }
    }

    private void Prompt(Ops ops, TransformerWeights weights, long bytes, WorkerPool pool)
    {
        using var batch = new GenerationBatch(ops, _config, weights, 1, LongPrompt + PagedLayout.PageTokens);
        int seed = 0;

        // The head is computed for the last token alone.
        double flops = (bytes - weights.Head.Bytes) * (double)LongPrompt, burst = 0;
        Timing[] t = Timing.Interleaved(
            options.Seconds,
            () =>
            {
                batch.Add(Request(seed++, LongPrompt, 1));
                while (!batch.IsIdle)
                    batch.Step();
            },
            () => burst = FmaPeak<S, V>.Burst(pool, flops));
        Console.WriteLine(
            $"prompt of {LongPrompt}: {LongPrompt / t[0].P50:F0} tokens/s, "
            + $"{flops / t[0].P50 / (burst / t[1].P50):P0} of the peak (attention not counted)");
    }

    /// <summary>No two begin alike: nothing is found in the cache.</summary>
    private GenerationRequest Request(int seed, int prompt, int tokens) =>
        new(Enumerable.Range(0, prompt).Select(i => (i == 0 ? seed : i * 977) % _config.VocabSize).ToArray(), tokens);
}
