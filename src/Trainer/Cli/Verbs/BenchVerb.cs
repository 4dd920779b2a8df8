using System.CommandLine;
using System.Globalization;
using MolEngine.Trainer.Benchmarks;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class BenchVerb() : Verb("bench", "Figures of every op of a training step, at the shapes of a model.")
{
    private const string ModelName = "--model", TokensName = "--tokens", CsvName = "--csv", Kernels = "kernels";

    private const int VirtualTokens = 128, GpuTokens = 8192;

    private readonly Argument<string> _action = Required("ACTION", $"{Kernels}: the ops of a step, kernel by kernel.");

    private readonly Option<string?> _device = DeviceOptions.Gpu();

    private readonly Option<string?> _model = OptionalPath(
        ModelName, "MODEL", $"{Models}, or a folder with config.json (default: {BenchModel.Default}).");

    private readonly Option<string?> _tokens = Optional(
        TokensName, "N", $"Tokens of a micro-batch (default: {GpuTokens}; {VirtualTokens} on the virtual GPU).");

    private readonly Option<string?> _gemm = Optional(
        OptionNames.Gemm, "KIND",
        "cublaslt or builtin, what does products on a GPU (default: as training: cuBLASLt where found).");

    private readonly Option<string?> _csv = OptionalPath(CsvName, "FILE", "Writes the figures there, too.");

    private readonly Option<string?> _cudaPath = CudaPathOption.Make();

    private static string Models => string.Join(", ", BenchModel.All.Select(m => m.Key));

    public override IReadOnlyList<Argument> Arguments => [_action];

    public override IReadOnlyList<Option> Options => [_device, _model, _tokens, _gemm, _csv, _cudaPath];

    public override IReadOnlyList<string> Details =>
    [
        "The ops of one layer, of the head and of the optimizer are called as training calls them: with an adapter of "
            + "rank 64 over frozen weights (LoRA), and with all parameters trained (full). The micro-batch is one row, "
            + "one document. No weights are read.",
        "On a GPU: p20, p50 and p80 of an op's time by the device's clock, after warm-up; GB/s of the bytes that must "
            + "move, TFLOP/s of products and attention, and what share they are of a copy on the device and of a "
            + "large bf16 product (cuBLASLt's where it is found), measured in the same run. A share above 100 % is no "
            + "error: from run to run, tensors may stay in the cache.",
        "On the virtual GPU, which counts and has no times: a line for each kernel of an op: the bytes that it moves "
            + "over those that must move; sectors a load or store, beside those that would hold what it asks for; "
            + "bank conflicts a request to shared memory; and the tensor cores' share of its arithmetic. Products move "
            + "more than they must, since each tile reads its rows and columns: from the L2 cache, on hardware. "
            + $"Vocabularies are cut to {BenchRunner.VirtualVocabulary:N0} there. Registers, spills and "
            + "occupancy follow where NVRTC is found.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine bench kernels --model qwen3-8b --csv h100.csv", "Times all ops of Qwen3-8B on the first GPU."),
        ("molengine bench kernels --device virtual", "Counts what kernels do, on any machine."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string action = arguments.GetRequiredValue(_action);
        if (action != Kernels)
            throw Mistake("ACTION", $"{action}: expected {Kernels}");
        DeviceChoice choice = DeviceOptions.Gpu(arguments, _device);
        string? csv = arguments.GetValue(_csv);
        if (csv is not null && Path.GetDirectoryName(Path.GetFullPath(csv)) is { } folder && !Directory.Exists(folder))
            throw Mistake(CsvName, $"{csv}: expected a file in a folder that is there, got no folder {folder}");
        return BenchRunner.Run(
            new BenchOptions(
                choice, Model(arguments.GetValue(_model) ?? BenchModel.Default),
                Tokens(arguments.GetValue(_tokens), choice), csv, arguments.Search(_cudaPath),
                Gemm(arguments.GetValue(_gemm), choice)),
            context);
    }

    private static GemmKind Gemm(string? given, DeviceChoice device) => given switch
    {
        null => GemmKind.Auto,
        "builtin" => GemmKind.Builtin,
        "cublaslt" when device.Kind == DeviceKind.Cuda => GemmKind.Cublaslt,
        "cublaslt" => throw Mistake(OptionNames.Gemm, "cublaslt: expected builtin on the virtual GPU"),
        _ => throw Mistake(OptionNames.Gemm, $"{given}: expected cublaslt or builtin"),
    };

    private static BenchModel Model(string key)
    {
        if (BenchModel.Find(key) is { } known)
            return known;
        return Directory.Exists(Inputs.Place(key))
            ? BenchModel.Of(Inputs.ModelFolder(key, ModelName))
            : throw Mistake(ModelName, $"{key}: expected one of {Models}, or a folder with config.json");
    }

    private static int Tokens(string? given, DeviceChoice device)
    {
        const int Most = 1 << 20;
        if (given is null)
            return device.Kind == DeviceKind.Virtual ? VirtualTokens : GpuTokens;
        return int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int tokens)
            && tokens is > 0 and <= Most
            ? tokens
            : throw Mistake(TokensName, $"{given}: expected an integer from 1 to {Most}");
    }
}
