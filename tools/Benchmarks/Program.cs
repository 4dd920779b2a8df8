using MolEngine.Benchmarks;

// A verb is a line here and a class with a Run method.
var verbs = new Dictionary<string, (string Help, Action<BenchmarkOptions> Run)>
{
    ["gemm"] = ("matrix products against the FMA peak, decoding against the read bandwidth", GemmBenchmark.Run),
    ["attention"] = ("attention forward, backward and decoding against the FMA peak", AttentionBenchmark.Run),
    ["generation"] = ("tokens a second of 1 to 32 streams against bandwidth and FMA peak", GenerationBenchmark.Run),
    ["head"] = ("BaseTopN and MolHead against the FMA peak (--shape TxHxV)", HeadBenchmark.Run),
    ["launches"] = ("our own time to queue a kernel, on a driver that does nothing", LaunchBenchmark.Run),
    ["virtual-gpu"] = ("instructions a second of the virtual GPU, by kind", VirtualGpuBenchmark.Run),
    ["elementwise"] = ("norms, SwiGlu, rotation and AdamW against the read bandwidth", ElementwiseBenchmark.Run),
};

if (args.Length == 0 || !verbs.TryGetValue(args[0], out (string Help, Action<BenchmarkOptions> Run) verb))
{
    Console.Error.WriteLine("usage: VERB [--threads N] [--level LEVEL] [--seconds A_LINE] [--shape MxKxN]...");
    foreach ((string name, (string help, _)) in verbs)
        Console.Error.WriteLine($"  {name,-12} {help}");
    return 2;
}

try
{
    verb.Run(BenchmarkOptions.Parse(args[1..]));
    return 0;
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
