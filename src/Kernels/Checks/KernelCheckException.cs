namespace MolEngine.Kernels.Checks;

/// <summary>A kernel's result differs from the CPU's: says where, what was expected and what came.</summary>
public sealed class KernelCheckException(string message) : Exception(message);
