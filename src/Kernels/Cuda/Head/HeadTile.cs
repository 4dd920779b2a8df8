using System.Runtime.InteropServices;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Head;

/// <summary>
/// The moving window of the head's stream: the logits of a block of tokens against a tile of the vocabulary, and the
/// three products around it. The tile's borders depend on V alone, and a product's rows on nothing but themselves, so
/// that a token's result does not depend on its neighbours, to the bit. With bf16 activations an fp32 weight is rounded
/// to bf16, a tile at a time.
/// </summary>
internal sealed class HeadTile
{
    /// <summary>
    /// Columns of a tile's rows, and rows of a block: a library that plans by shape meets the same few, however many
    /// tokens a batch has. Rows behind the tokens are zeros.
    /// </summary>
    private const int Padding = 64;

    /// <summary>
    /// The least that memory moves: what a token has one number of, apart from those of other tokens.
    /// </summary>
    public const int SectorBytes = 32;

    private readonly HeadDevice _device;
    private readonly Tensor _weight;
    private readonly DType _type;
    private readonly int _vocabulary;
    private readonly int _hidden;
    private readonly int _stride;
    private readonly int _part;
    private readonly int _parts;
    private ulong _x;
    private ulong _exact;
    private DType _exactType;
    private ulong _z;
    private ulong _made;
    private GemmOperand _rows;

    /// <param name="type">Type of activations.</param>
    /// <param name="part">Which of the windows that are open together, over the same tokens.</param>
    /// <param name="parts">How many these are: they share the workspace.</param>
    public HeadTile(HeadDevice device, Tensor weight, DType type, int part = 0, int parts = 1)
    {
        (_device, _weight, _type, _part, _parts) = (device, weight, type, part, parts);
        (_vocabulary, _hidden) = (weight.Shape[0], weight.Shape[1]);
        _stride = Padded(Math.Min(device.Sizes.TileRows, _vocabulary));
    }

    public int Tokens { get; private set; }

    /// <summary>Rows that x, z, what is made of them and o have memory for.</summary>
    public int Room => Padded(Tokens);

    /// <summary>First row of the vocabulary in the tile.</summary>
    public int Start { get; private set; }

    public bool IsFirst => Start == 0;

    /// <summary>Rows in the tile.</summary>
    public int Width { get; private set; }

    public int Hidden => _hidden;

    /// <summary>Where each of the block's tokens stands in the batch: I32 [Tokens].</summary>
    public DeviceMemory Indices { get; private set; } = null!;

    /// <summary>Of activations.</summary>
    public DType Type => _type;

    /// <summary>
    /// Queues the gathering of a block's hidden rows. fp32 ones are kept beside what they are rounded to for products:
    /// exact logits are taken of them.
    /// </summary>
    public void Gather(Tensor hidden, ReadOnlySpan<int> tokens)
    {
        Tokens = tokens.Length;
        Indices = _device.Scratch.Get("head tokens", DType.I32, Tokens);
        _exactType = hidden.Type;
        _exact = Own(hidden.Type == _type ? "head x" : "head x in fp32", _exactType, (long)Room * _hidden);
        _z = Own("head z", DType.F32, (long)Room * _stride);
        _made = 0;
        _device.Copies.Upload(MemoryMarshal.AsBytes(tokens), Indices.Address);
        _device.BlockEach(
            "head", KernelName.Of("head_gather", _exactType), Tokens,
            a => a.Add(hidden).Add(Indices).Add(_exact).Add(_hidden)
                .Moves(Tokens * (4 + ((long)_exactType.Size() * _hidden))));
        _x = _exact;
        if (hidden.Type != _type)
            Round(_exact, _x = Own("head x", DType.BF16, (long)Room * _hidden), (long)Tokens * _hidden);
        ClearBehind(_x, _type, _hidden);
    }

    /// <summary>
    /// Takes every tile of the vocabulary in turn: queues the product of its logits, then calls
    /// <paramref name="body"/>.
    /// </summary>
    public void ForTiles(Action body)
    {
        for (int start = 0; start < _vocabulary; start += _device.Sizes.TileRows)
        {
            Take(start);
            body();
        }
    }

    /// <summary>Queues the product of the logits of the tile that begins at a row.</summary>
    public void Take(int start)
    {
        Start = start;
        Width = Math.Min(_device.Sizes.TileRows, _vocabulary - Start);
        _rows = Rows();
        _device.Gemm.Run(new GemmCall(
            Tokens, Width, _hidden, new GemmOperand(_x, _type, _hidden), _rows with { Transposed = true },
            new GemmOperand(_z, DType.F32, _stride))
        { Room = Room });
    }

    /// <summary>Bytes of the tile's logits.</summary>
    public long LogitBytes => (long)Tokens * Width * sizeof(float);

    /// <summary>Bytes of what a kernel makes of them.</summary>
    public long MadeBytes => (long)Tokens * Width * _type.Size();

    /// <summary>The logits, for a kernel's argument.</summary>
    public HeadArguments.Tile Logits() => new(_z, _stride, Start, Width);

    /// <summary>
    /// Where a kernel puts what it makes of the logits, in the activations' type and their stride: in fp32 over them.
    /// </summary>
    public ulong Made()
    {
        if (_made != 0 || _type != DType.BF16)
            return _made == 0 ? _made = _z : _made;
        _made = Own("head p", DType.BF16, (long)Room * _stride);
        ClearBehind(_made, DType.BF16, _stride);
        return _made;
    }

    /// <summary>The head's rows, for a kernel's argument.</summary>
    public HeadArguments.Weight Weight() => new(
        (ulong)_weight.Address,
        _weight.Type == DType.BF16 ? HeadArguments.WeightBf16
            : _type == DType.BF16 ? HeadArguments.WeightRounded : HeadArguments.WeightF32,
        _hidden);

    /// <summary>
    /// Queues the exact logits of every token's set: a few entries, whose digits decide a divergence. It costs n + 1
    /// products of length H a token, where the stream takes V.
    /// </summary>
    public void TakeExactLogits(HeadArguments.Sets sets)
    {
        if (_exactType == DType.BF16)
        {
            _device.BlockEach(
                "head", "head_logits_bf16", Tokens, a => a.Add(_exact).Add(Weight()).Add(sets).Moves(RowBytes(sets)));
            return;
        }

        ulong rounded = _type == DType.BF16 ? _x : 0;
        _device.BlockEach(
            "head", "head_logits_f32", Tokens,
            a => a.Add(_exact).Add(rounded).Add(Weight()).Add(sets).Moves(RowBytes(sets)));
    }

    /// <summary>Bytes of the head's rows of every token's set.</summary>
    public long RowBytes(HeadArguments.Sets sets) => SetBytes(sets, _hidden * _weight.Type.Size(), sectors: 0);

    /// <summary>Bytes of every token's set, so many an entry, and of sectors that a token takes.</summary>
    public long SetBytes(HeadArguments.Sets sets, int bytesAnEntry, int sectors) =>
        Tokens * (((long)sets.Capacity * bytesAnEntry) + (sectors * SectorBytes));

    /// <summary>o [<see cref="Room"/>, H] = or += what was made of the tile [Tokens, Width] times its rows.</summary>
    public void AddWeighted(DeviceMemory o) => _device.Gemm.Run(new GemmCall(
        Tokens, _hidden, Width, new GemmOperand(Made(), _type, _stride), _rows,
        new GemmOperand(o.Address, DType.F32, _hidden), Beta: IsFirst ? 0 : 1)
    { Room = Room });

    /// <summary>
    /// The tile's rows of dWeight += made^T X over <paramref name="count"/> tokens from <paramref name="first"/>.
    /// </summary>
    public void AddWeightGradient(Tensor dWeight, int first, int count)
    {
        ulong made = Made() + ((ulong)first * (ulong)_stride * (ulong)_type.Size());
        ulong x = _x + ((ulong)first * (ulong)_hidden * (ulong)_type.Size());
        ulong rows = (ulong)dWeight.Address + ((ulong)Start * (ulong)_hidden * sizeof(float));
        _device.Gemm.Run(new GemmCall(
            Width, _hidden, count, new GemmOperand(made, _type, _stride, Transposed: true),
            new GemmOperand(x, _type, _hidden), new GemmOperand(rows, DType.F32, _hidden), Beta: 1));
    }

    /// <summary>The tile's rows of the weight, rounded first where activations are bf16 and it is not.</summary>
    private GemmOperand Rows()
    {
        ulong rows = (ulong)_weight.Address + ((ulong)Start * (ulong)_hidden * (ulong)_weight.Type.Size());
        if (_weight.Type == DType.BF16 || _type == DType.F32)
            return new GemmOperand(rows, _weight.Type, _hidden);
        ulong rounded = _device.Scratch.Get("head rows", DType.BF16, (long)Width * _hidden).Address;
        Round(rows, rounded, (long)Width * _hidden);
        return new GemmOperand(rounded, DType.BF16, _hidden);
    }

    private static int Padded(int rows) => (rows + Padding - 1) / Padding * Padding;

    /// <summary>Zeros in the rows behind the tokens'.</summary>
    private void ClearBehind(ulong rows, DType type, int stride)
    {
        ulong row = (ulong)stride * (ulong)type.Size();
        if (Room > Tokens)
            _device.Stream.Zero(rows + ((ulong)Tokens * row), (nuint)((ulong)(Room - Tokens) * row));
    }

    /// <summary>This window's part of a piece of the workspace.</summary>
    private ulong Own(string name, DType type, long count) =>
        _device.Scratch.Get(name, type, _parts * count).Address + (ulong)(_part * count * type.Size());

    private void Round(ulong source, ulong rounded, long count) => _device.Cover(
        "cast", "cast_f32_bf16", count, perThread: 8, a => a.Add(source).Add(rounded).Add(count).Moves(6 * count));
}
