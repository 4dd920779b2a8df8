namespace MolEngine.Kernels.Interop;

/// <summary>Names under which the bindings ask for the CUDA libraries.</summary>
internal static class NativeLibraries
{
    public const string Driver = "cuda";
}
