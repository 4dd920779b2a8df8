// Generation beside llama.cpp, in one process, of one model's weights: steps of 1 and of 32 streams, and a prompt.
//
//     dotnet run -c Release tools/llama_cpp.cs -- MODEL GGUF [ROUNDS]
//
// MODEL is a folder of a Llama in bf16; GGUF any file of the same model, which lends its tokenizer and settings. GGUF
// files of the folder's weights in bf16 and fp32 are made in a temporary folder, and a folder in fp32 for MolEngine.
// Both continue a prompt greedily first and must agree in fp32; then they take turns, and ratios of rounds are told.
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property AllowUnsafeBlocks=true
#:project ../src/Engine/Engine.csproj
#:package LLamaSharp
#:package LLamaSharp.Backend.Cpu

using System.Diagnostics;
using System.Numerics.Tensors;
using System.Text;
using LLama;
using LLama.Common;
using LLama.Native;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using Tensor = MolEngine.Kernels.Tensors.Tensor;

const int PromptTokens = 32, LongPrompt = 1024, Steps = 24, Most = 32;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: dotnet run -c Release tools/llama_cpp.cs -- MODEL GGUF [ROUNDS]");
    return 2;
}

string model = args[0];
int rounds = args.Length > 2 ? int.Parse(args[2]) : 7, threads = Environment.ProcessorCount;
ModelConfig config = ModelConfig.Load(model);
DirectoryInfo made = Directory.CreateTempSubdirectory("molengine-llama-");
NativeLibraryConfig.All.WithLogCallback((_, _) => { });
try
{
    foreach (DType type in (DType[])[DType.F32, DType.BF16])
    {
        string gguf = Path.Combine(made.FullName, $"{type}.gguf");
        using ModelWeights stored = ModelWeights.Open(model, config);
        using Ops ops = CpuBackend.Create(threads: threads);
        using Arena arena = ops.CreateArena("weights");

        // Norms are fp32 in GGUF always; to MolEngine it is the same.
        Dictionary<string, Tensor> weights = stored.Adopt(ops, arena).ToDictionary(
            t => t.Key, t => type == DType.F32 || t.Value.Shape.Rank == 1 ? Widened(arena, t.Key, t.Value) : t.Value);
        Gguf.Write(gguf, args[1], config, weights);
        using var ours = new Ours(ops, config, weights);
        var theirs = new Theirs(gguf, threads);
        int[] prompt = [.. Enumerable.Range(0, PromptTokens).Select(i => (i * 977) % config.VocabSize)];
        int[] a = ours.Greedy(prompt, Steps), b = theirs.Greedy(prompt, Steps);
        int same = a.Zip(b).TakeWhile(p => p.First == p.Second).Count();
        Console.WriteLine($"{type}: {same} of {Steps} greedy tokens alike");
        if (type == DType.F32 && same < Steps / 2)
            throw new InvalidOperationException("the two models are not the same");
        foreach (int streams in (int[])[1, Most])
            Compare($"{streams} streams", () => ours.Rate(streams, Steps), () => theirs.Rate(streams, Steps));
        Compare($"prompt of {LongPrompt}", () => ours.PromptRate(LongPrompt), () => theirs.PromptRate(LongPrompt));
    }
}
finally
{
    made.Delete(recursive: true);
}

return 0;

// In turn, with a rest between: threads of either may spin for a while after its last step.
void Compare(string what, Func<double> ours, Func<double> theirs)
{
    var own = new List<double>();
    var peer = new List<double>();
    for (int i = 0; i <= rounds; i++)
    {
        Thread.Sleep(50);
        own.Add(ours());
        Thread.Sleep(50);
        peer.Add(theirs());
    }

    // The first round warms up.
    double[] ratios = [.. own.Zip(peer, (x, y) => x / y).Skip(1).Order()];
    Console.WriteLine(
        $"  {what,-14} MolEngine {Median(own):F1} tokens/s, llama.cpp {Median(peer):F1}: "
        + $"{ratios[ratios.Length / 2]:F2} times ({ratios[0]:F2} .. {ratios[^1]:F2}, {rounds} rounds)");
}

static double Median(List<double> values) => values.Skip(1).Order().ElementAt((values.Count - 1) / 2);
static Tensor Widened(Arena arena, string name, Tensor tensor)
{
    Tensor wide = arena.Allocate($"{name} fp32", DType.F32, tensor.Shape.Dimensions.ToArray());
    for (int i = 0; i < (int)wide.Count; i++)
        wide.Span<float>()[i] = BitConverter.UInt32BitsToSingle((uint)tensor.Span<ushort>()[i] << 16);
    return wide;
}

/// <summary>MolEngine's own.</summary>
internal sealed class Ours : IDisposable
{
    private readonly GenerationBatch _batch;
    private readonly ModelConfig _config;
    private int _seed;

    public Ours(Ops ops, ModelConfig config, Dictionary<string, Tensor> weights)
    {
        _config = config;
        _batch = new GenerationBatch(ops, config, TransformerWeights.From(config, n => weights[n]), 32, 32 * 192);
    }

    public int[] Greedy(int[] prompt, int tokens)
    {
        GenerationRow row = _batch.Add(new GenerationRequest(prompt, tokens));
        while (!_batch.IsIdle)
            _batch.Step();
        return [.. row.Ids];
    }

    public double Rate(int streams, int steps)
    {
        for (int i = 0; i < streams; i++)
            _batch.Add(new GenerationRequest(Prompt(32), steps + 1));
        long before = _batch.TokensGenerated;
        while (_batch.TokensGenerated - before < streams)
            _batch.Step();
        before = _batch.TokensGenerated;
        long start = Stopwatch.GetTimestamp();
        while (!_batch.IsIdle)
            _batch.Step();
        return (_batch.TokensGenerated - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public double PromptRate(int tokens)
    {
        _batch.Add(new GenerationRequest(Prompt(tokens), 1));
        long start = Stopwatch.GetTimestamp();
        while (!_batch.IsIdle)
            _batch.Step();
        return tokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose() => _batch.Dispose();

    /// <summary>No two begin alike: nothing is found in the cache.</summary>
    private int[] Prompt(int tokens)
    {
        int seed = _seed++;
        return [.. Enumerable.Range(0, tokens).Select(i => (i == 0 ? seed : i * 977) % _config.VocabSize)];
    }
}

/// <summary>llama.cpp.</summary>
internal sealed class Theirs
{
    private readonly LLamaContext _context;

    public Theirs(string gguf, int threads)
    {
        var parameters = new ModelParams(gguf)
        {
            ContextSize = 32 * 192, SeqMax = 32, BatchSize = 1024, Threads = threads, BatchThreads = threads,
        };
        _context = LLamaWeights.LoadFromFile(parameters).CreateContext(parameters);
    }

    public int[] Greedy(int[] prompt, int tokens)
    {
        _context.NativeHandle.MemoryClear(true);
        int[] next = [Start(prompt, 0)];
        var made = new List<int> { next[0] };
        while (made.Count < tokens)
        {
            Step(next, prompt.Length + made.Count - 1);
            made.Add(next[0]);
        }

        return [.. made];
    }

    public double Rate(int streams, int steps)
    {
        _context.NativeHandle.MemoryClear(true);
        int[] prompt = [.. Enumerable.Range(0, 32).Select(i => i * 977 % 49152)];
        int[] next = [.. Enumerable.Range(0, streams).Select(s => Start(prompt, s))];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < steps; i++)
            Step(next, prompt.Length + i);
        return streams * steps / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public double PromptRate(int tokens)
    {
        _context.NativeHandle.MemoryClear(true);
        int[] prompt = [.. Enumerable.Range(0, tokens).Select(i => i * 977 % 49152)];
        long start = Stopwatch.GetTimestamp();
        Start(prompt, 0);
        return tokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private int Start(int[] prompt, int sequence)
    {
        var batch = new LLamaBatch();
        for (int i = 0; i < prompt.Length; i++)
            batch.Add(prompt[i], i, (LLamaSeqId)sequence, i == prompt.Length - 1);
        Decode(batch);
        return TensorPrimitives.IndexOfMax(_context.NativeHandle.GetLogitsIth(prompt.Length - 1));
    }

    private void Step(int[] next, int position)
    {
        var batch = new LLamaBatch();
        for (int s = 0; s < next.Length; s++)
            batch.Add(next[s], position, (LLamaSeqId)s, true);
        Decode(batch);
        for (int s = 0; s < next.Length; s++)
            next[s] = TensorPrimitives.IndexOfMax(_context.NativeHandle.GetLogitsIth(s));
    }

    private void Decode(LLamaBatch batch)
    {
        if (_context.NativeHandle.Decode(batch) != DecodeResult.Ok)
            throw new InvalidOperationException("llama.cpp: decode: expected Ok");
    }
}

/// <summary>Writes GGUF, version 3: the keys of another file of the model, and its weights anew.</summary>
internal static class Gguf
{
    private const int Alignment = 32;

    private static readonly (string Own, string Theirs)[] Layer =
    [
        ("input_layernorm", "attn_norm"), ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"),
        ("self_attn.v_proj", "attn_v"), ("self_attn.o_proj", "attn_output"), ("post_attention_layernorm", "ffn_norm"),
        ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
    ];

    public static void Write(string path, string keysOf, ModelConfig config, Dictionary<string, Tensor> weights)
    {
        (long keys, byte[] text) = Keys(keysOf);
        var tensors = new List<(string Name, Tensor Tensor, int Heads)>
        {
            ("token_embd.weight", weights["model.embed_tokens.weight"], 0),
            ("output_norm.weight", weights["model.norm.weight"], 0),
        };
        if (!config.TieWordEmbeddings)
            tensors.Add(("output.weight", weights["lm_head.weight"], 0));
        for (int layer = 0; layer < config.NumLayers; layer++)
        {
            foreach ((string own, string theirs) in Layer)
            {
                int heads = theirs == "attn_q" ? config.NumHeads : theirs == "attn_k" ? config.NumKvHeads : 0;
                tensors.Add(
                    ($"blk.{layer}.{theirs}.weight", weights[$"model.layers.{layer}.{own}.weight"], heads));
            }
        }

        using var to = new BinaryWriter(File.Create(path));
        to.Write("GGUF"u8);
        to.Write(3);
        to.Write((long)tensors.Count);
        to.Write(keys);
        to.Write(text);
        long offset = 0;
        byte[][] data = new byte[tensors.Count][];
        for (int i = 0; i < tensors.Count; i++)
        {
            (string name, Tensor tensor, int heads) = tensors[i];
            int[] shape = tensor.Shape.Dimensions.ToArray();
            data[i] = Bytes(tensor, heads);
            byte[] utf8 = Encoding.UTF8.GetBytes(name);
            to.Write((long)utf8.Length);
            to.Write(utf8);
            to.Write(shape.Length);
            foreach (int n in shape.Reverse())
                to.Write((long)n);
            to.Write(tensor.Type == DType.F32 ? 0 : 30);
            to.Write(offset);
            offset += (data[i].Length + Alignment - 1) / Alignment * Alignment;
        }

        foreach (byte[] bytes in data)
        {
            while (to.BaseStream.Position % Alignment != 0)
                to.Write((byte)0);
            to.Write(bytes);
        }
    }

    /// <summary>Values as they are; where heads are told, their rows in the order of llama.cpp's rotation.</summary>
    private static unsafe byte[] Bytes(Tensor tensor, int heads)
    {
        var bytes = new ReadOnlySpan<byte>((void*)tensor.Address, (int)tensor.Bytes);
        int rows = tensor.Shape[0], width = bytes.Length / rows;
        using var to = new MemoryStream(bytes.Length);
        for (int row = 0; row < rows; row++)
        {
            int size = heads > 0 ? rows / heads : 1, at = row % size;
            to.Write(bytes.Slice((row - at + (at % 2 * (size / 2)) + (at / 2)) * width, width));
        }

        return to.ToArray();
    }

    /// <summary>The keys and values of a file, as they stand there, and their number.</summary>
    private static (long Count, byte[] Text) Keys(string path)
    {
        using var from = new BinaryReader(File.OpenRead(path));
        if (!from.ReadBytes(4).AsSpan().SequenceEqual("GGUF"u8) || from.ReadInt32() != 3)
            throw new InvalidDataException($"{path}: expected GGUF, version 3");
        from.ReadInt64();
        long keys = from.ReadInt64(), start = from.BaseStream.Position;
        for (long i = 0; i < keys; i++)
        {
            Skip(8);
            Skip(from.ReadInt32());
        }

        int bytes = (int)(from.BaseStream.Position - start);
        from.BaseStream.Position = start;
        return (keys, from.ReadBytes(bytes));

        // A value of GGUF's type; 8 is a string, 9 an array.
        void Skip(int type)
        {
            switch (type)
            {
                case 8:
                    long length = from.ReadInt64();
                    from.BaseStream.Position += length;
                    break;
                case 9:
                    int of = from.ReadInt32();
                    for (long n = from.ReadInt64(); n > 0; n--)
                        Skip(of);
                    break;
                default:
                    from.BaseStream.Position += type is 0 or 1 or 7 ? 1 : type is 2 or 3 ? 2 : type < 7 ? 4 : 8;
                    break;
            }
        }
    }
}
