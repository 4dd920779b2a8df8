using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Devices;

/// <summary>The config's keys of the device.</summary>
internal static class DeviceKeys
{
    public static readonly ConfigKey<string> Device = new(
        "device", KeyTypes.Text, "auto",
        "auto takes the first GPU, else the CPU; cuda:N names a GPU; virtual plays one on the CPU, slowly; or cpu.",
        s => DeviceChoice.Parse(s) is not null, $"of the form {DeviceChoice.Expected}");

    public static readonly ConfigKey<PrecisionKind> Precision = new(
        "precision", KeyTypes.OneOf<PrecisionKind>(), "auto",
        "Of activations and matrix products: bf16 (a GPU's default) or fp32 (the CPU's, for parity on a GPU).");

    public static readonly IReadOnlyList<ConfigKey> All = [Device, Precision];

    public static DeviceSettings Build(ConfigValues v) => new(
        DeviceChoice.Parse(v.Take(Device, "auto"))!.Value, v.Take(Precision, PrecisionKind.Auto));
}
