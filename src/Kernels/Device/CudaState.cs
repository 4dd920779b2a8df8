namespace MolEngine.Kernels.Device;

/// <summary>How far a machine is from running on its GPU.</summary>
public enum CudaState
{
    /// <summary>A GPU that the kernels are made for, and a driver new enough.</summary>
    Ready,

    /// <summary>The driver's library is not installed.</summary>
    NoDriver,

    /// <summary>It is installed and does not start.</summary>
    DriverFails,

    DriverTooOld,

    NoDevice,

    /// <summary>Only GPUs of a compute capability below the least.</summary>
    DeviceTooOld,
}
