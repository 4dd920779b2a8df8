namespace MolEngine.VirtualGpu.Execution;

/// <summary>Lanes of a warp that stand at one instruction.</summary>
/// <param name="IsWaiting">At a warp-wide instruction or barrier, for lanes that are elsewhere.</param>
internal readonly record struct Split(int Pc, uint Mask, bool IsWaiting);
