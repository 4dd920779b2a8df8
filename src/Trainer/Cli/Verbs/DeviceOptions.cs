using System.CommandLine;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Verbs;

/// <summary>The options of a verb that computes with a model: where, and how exactly.</summary>
internal sealed class DeviceOptions
{
    /// <summary>What <see cref="ComputeDevice"/> blames a mistake on.</summary>
    public const string DeviceName = "--device";

    private const string PrecisionName = "--precision";

    private readonly Option<string?> _device = new(DeviceName)
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

    public DeviceSettings Read(ParseResult arguments)
    {
        string device = arguments.GetValue(_device) ?? "auto";
        DeviceChoice choice = DeviceChoice.Parse(device) ?? throw new UserException(
            $"{DeviceName}: {device}: expected {DeviceChoice.Expected}");
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
