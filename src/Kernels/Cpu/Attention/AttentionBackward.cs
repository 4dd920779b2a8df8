using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>
/// The backward pass of flash attention (FlashAttention-2, algorithm 2) for a piece of a document's keys and the heads
/// that share them. The piece alone writes its rows of dk and dv, the group's heads together; its share of dq goes to
/// rows of its own. Pointers are to the first token of a document and to the head group's first float in it.
/// </summary>
internal unsafe struct AttentionBackward<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private const int KeyBlock = AttentionUnits.KeyBlock;

    public HeadGroup Group;
    public ProductKind Products;
    public float* Dy;
    public float* Q;
    public float* K;
    public float* V0;
    public float* Y;
    public float* Lse;
    public nint LseStride;
    public float* Dk;
    public float* Dv;

    /// <summary>Receives the share of dq of the queries from the piece's first key on.</summary>
    public float* Dq;

    /// <summary>Floats of a token.</summary>
    public nint QStride, KStride, VStride, DqStride, DkStride, DvStride;

    /// <summary>Floats of a worker's workspace.</summary>
    public static long Workspace(in HeadGroup group, ProductKind products)
    {
        int rows = group.BlockRows, d = group.HeadDim;
        long product = Math.Max(
            Math.Max(
                Gemm<S, V>.SingleWorkspace(products, rows, KeyBlock, d),
                Gemm<S, V>.SingleWorkspace(products, rows, d, KeyBlock)),
            Gemm<S, V>.SingleWorkspace(products, KeyBlock, d, rows));
        return AttentionForward<S, V>.Align(3L * rows * d) + 2L * rows * KeyBlock
            + AttentionForward<S, V>.Align(2L * rows) + AttentionForward<S, V>.Align(product);
    }

    /// <summary>
    /// Keys <paramref name="from"/> .. <paramref name="to"/> - 1 of a document of <paramref name="length"/> tokens.
    /// </summary>
    /// <param name="from">A multiple of <see cref="AttentionUnits.KeyBlock"/>.</param>
    public readonly void Run(int from, int to, int length, float* workspace)
    {
        for (int j = from; j < to; j++)
        {
            new Span<float>(Dk + j * DkStride, Group.HeadDim).Clear();
            new Span<float>(Dv + j * DvStride, Group.HeadDim).Clear();
        }

        var buffers = new Buffers(Group, workspace);
        for (int query = from; query < length; query += Group.QueryBlock)
        {
            int count = Math.Min(Group.QueryBlock, length - query);
            Gather(buffers, query, count);
            for (int j = from; j < Math.Min(to, query + count); j += KeyBlock)
                Blocks(buffers, query, count, j, Math.Min(KeyBlock, to - j), j > from);
            RowMath<S, V>.CopyRows(
                buffers.Dq, Group.Width, Dq + (query - from) * DqStride, DqStride, count, Group.Width);
        }
    }

    /// <summary>The block's rows of q and dy side by side, their log-sum-exp, and delta = sum dy y.</summary>
    private readonly void Gather(in Buffers b, int query, int count)
    {
        nint at = query * Group.QueryStride;
        RowMath<S, V>.CopyRows(Q + query * QStride, QStride, b.Q, Group.Width, count, Group.Width);
        RowMath<S, V>.CopyRows(Dy + at, Group.QueryStride, b.Dy, Group.Width, count, Group.Width);
        RowMath<S, V>.CopyRows(Lse + query * LseStride, LseStride, b.Lse, Group.Count, count, Group.Count);
        int d = Group.HeadDim;
        for (int i = 0; i < count; i++)
        {
            float* y = Y + at + i * Group.QueryStride;
            for (int g = 0; g < Group.Count; g++)
            {
                int row = i * Group.Count + g;
                b.Delta[row] = RowMath<S, V>.Dot(b.Dy + (nint)row * d, y + (nint)g * d, d);
            }
        }
    }

    /// <summary>
    /// A block of scores: at once, or on the diagonal in strips of queries, each up to its own last key.
    /// </summary>
    private readonly void Blocks(in Buffers buffers, int query, int count, int key, int columns, bool accumulateDq)
    {
        int strip = query >= key + columns ? count : AttentionUnits.Strip;
        for (int at = 0; at < count; at += strip)
        {
            int queries = Math.Min(strip, count - at);
            Buffers b = buffers.From(at * Group.Count, Group.HeadDim);
            Block(b, query + at, queries, key, Math.Min(columns, query + at + queries - key), accumulateDq);
        }
    }

    private readonly void Block(in Buffers b, int query, int count, int key, int columns, bool accumulateDq)
    {
        int rows = count * Group.Count, d = Group.HeadDim;
        float* keys = K + key * KStride;
        Gemm<S, V>.RunSingle(OverHead(rows, columns, b.Q, keys, KStride, b.S), b.Product);
        Gemm<S, V>.RunSingle(OverHead(rows, columns, b.Dy, V0 + key * VStride, VStride, b.Dp), b.Product);
        var block = new ScoreBlock(rows, columns, Group.Count, query - key + 1);
        SoftmaxBlock<S, V>.Backward(block, b.S, b.Dp, Group.Scale, b.Lse, b.Delta);
        Gemm<S, V>.RunSingle(OverQueries(rows, columns, b.S, b.Dy, Dv + key * DvStride, DvStride), b.Product);
        Gemm<S, V>.RunSingle(OverQueries(rows, columns, b.Dp, b.Q, Dk + key * DkStride, DkStride), b.Product);
        var dq = new GemmArguments
        {
            Kind = Products,
            M = rows,
            N = d,
            K = columns,
            A = b.Dp,
            StrideA = KeyBlock,
            B = keys,
            StrideB = KStride,
            BRowsAreK = true,
            BType = DType.F32,
            C = b.Dq,
            StrideC = d,
            Accumulate = accumulateDq,
        };
        Gemm<S, V>.RunSingle(dq, b.Product);
    }

    /// <summary>S = Q K^T and dP = dY V^T.</summary>
    private readonly GemmArguments OverHead(
        int rows, int columns, float* a, float* keys, nint keyStride, float* c) => new()
        {
            Kind = Products,
            M = rows,
            N = columns,
            K = Group.HeadDim,
            A = a,
            StrideA = Group.HeadDim,
            B = keys,
            StrideB = keyStride,
            BType = DType.F32,
            C = c,
            StrideC = KeyBlock,
        };

    /// <summary>dV += P^T dY and dK += dS^T Q.</summary>
    private readonly GemmArguments OverQueries(
        int rows, int columns, float* scores, float* b, float* c, nint strideC) => new()
        {
            Kind = Products,
            M = columns,
            N = Group.HeadDim,
            K = rows,
            A = scores,
            StrideA = KeyBlock,
            ATransposed = true,
            B = b,
            StrideB = Group.HeadDim,
            BRowsAreK = true,
            BType = DType.F32,
            C = c,
            StrideC = strideC,
            Accumulate = true,
        };

    /// <summary>
    /// A worker's workspace: [rows, D] thrice, [rows, KeyBlock] twice, [rows] twice, and the products'.
    /// </summary>
    private struct Buffers
    {
        public float* Q, Dy, Dq, S, Dp, Lse, Delta, Product;

        public Buffers(in HeadGroup group, float* workspace)
        {
            nint rows = group.BlockRows, size = rows * group.HeadDim;
            Q = workspace;
            Dy = Q + size;
            Dq = Dy + size;
            S = workspace + AttentionForward<S, V>.Align(3L * size);
            Dp = S + rows * KeyBlock;
            Lse = Dp + rows * KeyBlock;
            Delta = Lse + rows;
            Product = Lse + AttentionForward<S, V>.Align(2L * rows);
        }

        /// <summary>What is held of the rows from <paramref name="row"/> on; blocks of scores are used anew.</summary>
        public readonly Buffers From(int row, int d)
        {
            Buffers b = this;
            b.Q += (nint)row * d;
            b.Dy += (nint)row * d;
            b.Dq += (nint)row * d;
            b.Lse += row;
            b.Delta += row;
            return b;
        }
    }
}
