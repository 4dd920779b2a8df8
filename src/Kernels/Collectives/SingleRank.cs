using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Collectives;

/// <summary>A run of one process: every collective is done already.</summary>
public sealed class SingleRank : Communicator
{
    public override int Rank => 0;

    public override int Size => 1;

    public override string Description => "one rank";

    public override void Wait()
    {
    }

    public override byte[][] Exchange(ReadOnlySpan<byte> said) => [said.ToArray()];

    public override byte[] Share(ReadOnlySpan<byte> said, int root) => said.ToArray();

    public override void Progress()
    {
    }

    public override void Abort(string reason)
    {
    }

    public override void Dispose()
    {
    }

    protected override void AllReduceCore(Tensor x)
    {
    }

    protected override void ReduceScatterCore(Tensor x, Tensor share) => x.Span<float>().CopyTo(share.Span<float>());

    protected override void AllGatherCore(Tensor share, Tensor x) => share.Span<float>().CopyTo(x.Span<float>());

    protected override void BroadcastCore(Tensor x, int root)
    {
    }
}
