using MolEngine.Kernels.Collectives;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Training;

/// <summary>
/// Gradients summed over the ranks, fp32, in the order of the ranks: large ones where they lie, small ones in buckets,
/// as a message costs time however short it is. No bit depends on what shares a bucket.
/// </summary>
internal sealed class GradientSum : IDisposable
{
    /// <summary>Floats of a bucket at most; a gradient of as many goes by itself.</summary>
    private const int BucketFloats = 1 << 16;

    private readonly Communicator _ranks;
    private readonly HostArena _arena = new("gradients on their way");
    private readonly List<Tensor> _alone = [];
    private readonly List<(Tensor Bucket, Tensor[] Gradients)> _buckets = [];

    /// <param name="gradients">Dense, fp32, in host memory.</param>
    public GradientSum(Communicator ranks, IEnumerable<Tensor> gradients)
    {
        _ranks = ranks;
        var open = new List<Tensor>();
        foreach (Tensor gradient in gradients)
        {
            if (gradient.Count >= BucketFloats)
            {
                _alone.Add(gradient);
                continue;
            }

            if (open.Sum(g => g.Count) + gradient.Count > BucketFloats)
                Close(open);
            open.Add(gradient);
        }

        Close(open);
    }

    /// <summary>Every rank's gradients become the sum of all ranks'.</summary>
    public void Run()
    {
        foreach ((Tensor bucket, Tensor[] gradients) in _buckets)
        {
            Each(bucket, gradients, (part, gradient) => gradient.CopyTo(part));
            _ranks.AllReduce(bucket);
        }

        foreach (Tensor gradient in _alone)
            _ranks.AllReduce(gradient);
        _ranks.Wait();
        foreach ((Tensor bucket, Tensor[] gradients) in _buckets)
            Each(bucket, gradients, (part, gradient) => part.CopyTo(gradient));
    }

    public void Dispose() => _arena.Dispose();

    private static void Each(Tensor bucket, Tensor[] gradients, Copying copy)
    {
        int at = 0;
        foreach (Tensor gradient in gradients)
        {
            copy(bucket.Slice(at, (int)gradient.Count).Span<float>(), gradient.Span<float>());
            at += (int)gradient.Count;
        }
    }

    private void Close(List<Tensor> open)
    {
        if (open.Count == 0)
            return;
        Tensor bucket = _arena.Allocate($"bucket {_buckets.Count}", DType.F32, (int)open.Sum(g => g.Count));
        _buckets.Add((bucket, [.. open]));
        open.Clear();
    }

    private delegate void Copying(Span<float> part, Span<float> gradient);
}
