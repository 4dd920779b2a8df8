namespace MolEngine.Trainer.Devices;

/// <summary>Of activations and matrix products.</summary>
internal enum PrecisionKind
{
    /// <summary>bf16 on a GPU, fp32 on the CPU.</summary>
    Auto,
    Bf16,
    Fp32,
}

/// <summary>Where and how a model is computed.</summary>
internal sealed record DeviceSettings(DeviceChoice Device, PrecisionKind Precision)
{
    public static readonly DeviceSettings Default = new(new DeviceChoice(DeviceKind.Auto), PrecisionKind.Auto);
}
