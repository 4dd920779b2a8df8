namespace MolEngine.Trainer.Cli.Runners;

/// <summary>How kernels come to a device.</summary>
internal enum SelftestCode
{
    /// <summary>The PTX in the program, which the driver compiles.</summary>
    Ptx,

    /// <summary>Machine code by NVRTC.</summary>
    Nvrtc,
}
