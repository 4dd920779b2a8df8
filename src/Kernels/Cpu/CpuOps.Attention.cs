using MolEngine.Kernels.Cpu.Attention;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

/// <remarks>
/// A task is a unit of <see cref="AttentionUnits"/> for one key/value head and the query heads that share it. What is
/// computed for a document depends on the document alone: not on where it stands, what else is in the batch, or the
/// number of threads.
/// </remarks>
internal sealed unsafe partial class CpuOps<S, V>
{
    private const string AttentionWorkspace = "attention";

    protected override void AttentionCore(
        Tensor q, Tensor k, Tensor v, HeadShape heads, SequenceLayout layout, Tensor y, Tensor lse)
    {
        var group = new HeadGroup(heads);
        int[] starts = layout.DocumentStarts;
        AttentionUnit[] units = AttentionUnits.Forward(starts, group.QueryBlock);
        long size = AttentionForward<S, V>.Workspace(group, products);
        float* workspace = _scratch.Get(AttentionWorkspace, size * _pool.Workers);
        _pool.For(units.Length * heads.KeyValueHeads, (task, worker) =>
        {
            AttentionUnit unit = units[task / heads.KeyValueHeads];
            int head = task % heads.KeyValueHeads;
            for (int d = unit.First; d < unit.Last; d++)
            {
                var kernel = ForwardKernel(q, k, v, y, group, head, starts[d], starts[d]);
                kernel.Lse = F32(lse) + (nint)starts[d] * heads.QueryHeads + head * heads.Group;
                kernel.LseStride = heads.QueryHeads;
                int to = Math.Min(unit.To, starts[d + 1] - starts[d]);
                if (unit.From < to)
                    kernel.Run(unit.From, to, workspace + worker * size);
            }
        });
    }

    protected override void AttentionBackwardCore(
        Tensor dy, Tensor q, Tensor k, Tensor v, Tensor y, Tensor lse, HeadShape heads, SequenceLayout layout,
        Tensor dq, Tensor dk, Tensor dv)
    {
        var group = new HeadGroup(heads);
        int[] starts = layout.DocumentStarts;
        AttentionUnit[] units = AttentionUnits.Backward(starts, out long partialTokens);
        long size = AttentionBackward<S, V>.Workspace(group, products);
        float* workspace = _scratch.Get(AttentionWorkspace, size * _pool.Workers);
        float* partials = _scratch.Get("attention dq", partialTokens * heads.QuerySize);
        _pool.For(units.Length * heads.KeyValueHeads, (task, worker) =>
        {
            AttentionUnit unit = units[task / heads.KeyValueHeads];
            nint head = task % heads.KeyValueHeads;
            for (int d = unit.First; d < unit.Last; d++)
            {
                int first = starts[d];
                nint queries = head * group.Width, keys = head * group.HeadDim;
                bool isShare = unit.Partial >= 0;
                var kernel = new AttentionBackward<S, V>
                {
                    Group = group,
                    Products = products,
                    Dy = Row(dy, first) + queries,
                    Q = Row(q, first) + queries,
                    K = Row(k, first) + keys,
                    V0 = Row(v, first) + keys,
                    Y = Row(y, first) + queries,
                    Lse = Row(lse, first) + head * group.Count,
                    LseStride = heads.QueryHeads,
                    Dk = Row(dk, first) + keys,
                    Dv = Row(dv, first) + keys,
                    Dq = (isShare ? partials + (nint)unit.Partial * heads.QuerySize : Row(dq, first)) + queries,
                    QStride = (nint)q.Stride,
                    KStride = (nint)k.Stride,
                    VStride = (nint)v.Stride,
                    DqStride = isShare ? heads.QuerySize : (nint)dq.Stride,
                    DkStride = (nint)dk.Stride,
                    DvStride = (nint)dv.Stride,
                };
                int length = starts[d + 1] - starts[d];
                kernel.Run(unit.From, Math.Min(unit.To, length), length, workspace + worker * size);
            }
        });
        AddDqShares(units, starts, partials, dq, heads.QuerySize);
    }

    private AttentionForward<S, V> ForwardKernel(
        Tensor q, Tensor k, Tensor v, Tensor y, in HeadGroup group, nint head, int queryToken, int keyToken) => new()
        {
            Group = group,
            Products = products,
            Q = Row(q, queryToken) + head * group.Width,
            K = Row(k, keyToken) + head * group.HeadDim,
            V0 = Row(v, keyToken) + head * group.HeadDim,
            Y = Row(y, queryToken) + head * group.Width,
            QStride = (nint)q.Stride,
            KStride = (nint)k.Stride,
            VStride = (nint)v.Stride,
        };

    /// <summary>dq += the shares of a document's later pieces of keys, piece by piece.</summary>
    private void AddDqShares(AttentionUnit[] units, int[] starts, float* partials, Tensor dq, nint width)
    {
        const int TokensPerTask = 64;
        AttentionUnit[] shares = [.. units.Where(u => u.Partial >= 0).OrderBy(u => u.Partial)];
        ILookup<int, AttentionUnit> byDocument = shares.ToLookup(u => u.First);
        (int Document, int From)[] tasks = [.. byDocument.SelectMany(pieces => Blocks(pieces.Key))];
        _pool.For(tasks.Length, (task, _) =>
        {
            (int document, int from) = tasks[task];
            int to = Math.Min(from + TokensPerTask, starts[document + 1] - starts[document]);
            foreach (AttentionUnit piece in byDocument[document])
            {
                for (int t = Math.Max(from, piece.From); t < to; t++)
                {
                    float* share = partials + (nint)(piece.Partial + t - piece.From) * width;
                    float* sum = Row(dq, starts[document] + t);
                    RowMath<S, V>.Add(share, sum, sum, (int)width);
                }
            }
        });

        IEnumerable<(int Document, int From)> Blocks(int document)
        {
            for (int from = 0; from < starts[document + 1] - starts[document]; from += TokensPerTask)
                yield return (document, from);
        }
    }
}
