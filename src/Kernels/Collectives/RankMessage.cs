namespace MolEngine.Kernels.Collectives;

/// <summary>Bytes of host memory that go to a rank, or come from one.</summary>
/// <param name="Address">Of the first byte; neither moved nor freed while the message is under way.</param>
public readonly record struct RankMessage(int Peer, nint Address, long Bytes);
