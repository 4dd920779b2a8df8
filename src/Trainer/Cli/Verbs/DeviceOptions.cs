using System.CommandLine;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Verbs;

/// <summary>The options of a verb that computes with a model: where, and how exactly.</summary>
internal sealed class DeviceOptions
{
    private const string PrecisionName = "--precision";

    private readonly Option<string?> _device = new(OptionNames.Device)
    {
        HelpName = "DEVICE",
        Description = $"{DeviceChoice.Expected} (default: auto, the first GPU, else the CPU).",
    };

    private readonly Option<string?> _precision = new(PrecisionName)
    {
        HelpName = "KIND",
        Description = "bf16 or fp32, of activations and matrix products (default: bf16 on a GPU).",
    };

    private readonly Option<string?> _cudaPath = CudaPathOption.Make();

    public IReadOnlyList<Option> All => [_device, _precision, _cudaPath];

    /// <summary>The option of a verb that is about GPUs alone.</summary>
    public static Option<string?> Gpu() => new(OptionNames.Device)
    {
        HelpName = "DEVICE",
        Description = "cuda, cuda:N for another GPU than the first, or virtual, which needs none (default: cuda).",
        Arity = ArgumentArity.ExactlyOne,
    };

    /// <summary>A GPU, or the virtual one.</summary>
    /// <param name="option">As <see cref="Gpu()"/> makes it.</param>
    /// <exception cref="UserException">It names something else.</exception>
    public static DeviceChoice Gpu(ParseResult arguments, Option<string?> option)
    {
        string device = arguments.GetValue(option) ?? "cuda";
        return DeviceChoice.Parse(device) is { Kind: DeviceKind.Cuda or DeviceKind.Virtual } choice
            ? choice
            : throw new UserException($"{OptionNames.Device}: {device}: expected cuda, cuda:N or virtual");
    }

    public DeviceSettings Read(ParseResult arguments)
    {
        string device = arguments.GetValue(_device) ?? "auto";
        DeviceChoice choice = DeviceChoice.Parse(device) ?? throw new UserException(
            $"{OptionNames.Device}: {device}: expected {DeviceChoice.Expected}");
        PrecisionKind precision = arguments.GetValue(_precision) switch
        {
            null => PrecisionKind.Auto,
            "bf16" => PrecisionKind.Bf16,
            "fp32" => PrecisionKind.Fp32,
            { } other => throw new UserException($"{PrecisionName}: {other}: expected bf16 or fp32"),
        };
        return new DeviceSettings(choice, precision, arguments.Folder(_cudaPath));
    }
}
