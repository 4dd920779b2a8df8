namespace MolEngine.Kernels.Collectives;

/// <summary>
/// Ranks that do not come together: one is gone, hangs, or does something else than the others. The communicator is of
/// no use after it; its message names the rank that is to blame where that is known.
/// </summary>
public sealed class CollectiveException(string message) : Exception(message);
