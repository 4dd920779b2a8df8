using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// The moving window of the head's stream: the logits of a block of tokens against a tile of the vocabulary, and the
/// three products around it. Everything that an op of the head allocates is bounded by the block and the tile. The
/// tile's borders depend on V alone, and a product's rows on nothing but themselves, so that a token's result does not
/// depend on its neighbours, to the bit.
/// </summary>
/// <param name="part">Which of the windows that are open together, over the same tokens.</param>
internal sealed unsafe class HeadTile<S, V>(
    WorkerPool pool, Scratch scratch, Tensor weight, ProductKind products, int part = 0)
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private const int Vocabulary = 2048;
    private const int TokensPerTask = 8;
    private const int Padding = 16;

    private readonly int _vocabulary = weight.Shape[0];
    private readonly int _hidden = weight.Shape[1];
    private readonly int _stride = Padded(Math.Min(Vocabulary, weight.Shape[0]));
    private float* _x;
    private float* _z;

    /// <summary>Most tokens in a block: what a tile of the weight is packed for.</summary>
    public const int BlockTokens = 512;

    public int Tokens { get; private set; }

    /// <summary>First row of the vocabulary in the tile.</summary>
    public int Start { get; private set; }

    /// <summary>Rows in the tile.</summary>
    public int Width { get; private set; }

    /// <summary><see cref="Width"/> in whole vectors of any width; logits beyond Width are -infinity.</summary>
    public int PaddedWidth => Padded(Width);

    public int Hidden => _hidden;

    /// <summary>Copies a block's hidden rows together.</summary>
    public void Gather(Tensor hidden, ReadOnlySpan<int> tokens)
    {
        Tokens = tokens.Length;
        _x = scratch.Get(part == 0 ? "head x" : "head x beside", (long)Tokens * _hidden);
        _z = scratch.Get(part == 0 ? "head z" : "head z beside", (long)Tokens * _stride);
        for (int i = 0; i < tokens.Length; i++)
        {
            float* row = (float*)hidden.Address + (long)tokens[i] * _hidden;
            new ReadOnlySpan<float>(row, _hidden).CopyTo(new Span<float>(_x + (long)i * _hidden, _hidden));
        }
    }

    /// <summary>
    /// Takes every tile of the vocabulary in turn: computes its logits, then calls <paramref name="body"/>.
    /// </summary>
    public void ForTiles(Action body)
    {
        for (int start = 0; start < _vocabulary; start += Vocabulary)
        {
            Take(start);
            body();
        }
    }

    /// <summary>Computes the logits of the tile that begins at a row.</summary>
    public void Take(int start)
    {
        Start = start;
        Width = Math.Min(Vocabulary, _vocabulary - Start);
        Gemm<S, V>.Run(pool, scratch, new GemmArguments
        {
            Kind = products,
            M = Tokens,
            N = Width,
            K = _hidden,
            A = _x,
            StrideA = _hidden,
            B = WeightRow(Start),
            StrideB = _hidden,
            BType = weight.Type,
            C = _z,
            StrideC = _stride,
        });
    }

    /// <summary>Runs <paramref name="body"/> for each of the block's tokens on all workers.</summary>
    public void ForTokens(Action<int> body)
    {
        pool.For((Tokens + TokensPerTask - 1) / TokensPerTask, (task, _) =>
        {
            int end = Math.Min(Tokens, (task + 1) * TokensPerTask);
            for (int i = task * TokensPerTask; i < end; i++)
                body(i);
        });
    }

    /// <summary>A token's logits in the tile, as the product left them, padded.</summary>
    public float* Row(int i)
    {
        float* z = _z + (long)i * _stride;
        new Span<float>(z + Width, PaddedWidth - Width).Fill(float.NegativeInfinity);
        return z;
    }

    public void* WeightRow(int id) => (byte*)weight.Address + (long)id * _hidden * weight.Type.Size();

    public DType WeightType => weight.Type;

    /// <summary>
    /// A block's token's logit of one vocabulary row in float64, whichever tile it lies in: for the few entries whose
    /// digits decide a divergence. It costs n + 1 products of length H a token, where the stream takes V.
    /// </summary>
    public double Logit(int i, int id) =>
        DoubleSums.Dot(_x + (long)i * _hidden, WeightRow(id), weight.Type, _hidden, S.Count > 1);

    /// <summary>o [Tokens, H] += tile [Tokens, Width] W_tile.</summary>
    public void AddWeighted(float* o)
    {
        Gemm<S, V>.Run(pool, scratch, new GemmArguments
        {
            Kind = products,
            M = Tokens,
            N = _hidden,
            K = Width,
            A = _z,
            StrideA = _stride,
            B = WeightRow(Start),
            StrideB = _hidden,
            BRowsAreK = true,
            BType = weight.Type,
            C = o,
            StrideC = _hidden,
            Accumulate = true,
        });
    }

    /// <summary>
    /// The tile's rows of dWeight += tile^T X over <paramref name="count"/> tokens from <paramref name="first"/>.
    /// </summary>
    public void AddWeightGradient(Tensor dWeight, int first, int count)
    {
        Gemm<S, V>.Run(pool, scratch, new GemmArguments
        {
            Kind = products,
            M = Width,
            N = _hidden,
            K = count,
            A = _z + (long)first * _stride,
            StrideA = _stride,
            ATransposed = true,
            B = _x + (long)first * _hidden,
            StrideB = _hidden,
            BRowsAreK = true,
            BType = DType.F32,
            C = (float*)dWeight.Address + (long)Start * _hidden,
            StrideC = _hidden,
            Accumulate = true,
        });
    }

    private static int Padded(int width) => (width + Padding - 1) / Padding * Padding;
}
