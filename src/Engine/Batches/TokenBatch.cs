using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Batches;

/// <summary>
/// The tensors of one micro-batch, allocated once for the largest and filled for each: ids, layout and targets of T
/// tokens.
/// </summary>
public sealed class TokenBatch
{
    private readonly Ops _ops;
    private readonly Tensor _ids;
    private readonly Tensor _positions;
    private readonly Tensor _keys;
    private readonly Tensor _targets;
    private readonly Tensor _ceWeight;
    private readonly Tensor _klWeight;
    private readonly Tensor _flags;
    private readonly Tensor _forwardShare;

    /// <param name="tokens">The largest number of tokens of a micro-batch.</param>
    public TokenBatch(Ops ops, Arena arena, int tokens)
    {
        _ops = ops;
        _ids = arena.Allocate("token ids", DType.I32, tokens);
        _positions = arena.Allocate("positions", DType.I32, tokens);
        _keys = arena.Allocate("token keys", DType.I64, tokens);
        _targets = arena.Allocate("targets", DType.I32, tokens);
        _ceWeight = arena.Allocate("CE weight", DType.F32, tokens);
        _klWeight = arena.Allocate("KL weight", DType.F32, tokens);
        _flags = arena.Allocate("forms of losses", DType.I32, tokens);
        _forwardShare = arena.Allocate("share of the forward KL", DType.F32, tokens);
        Ids = _ids;
        Layout = new SequenceLayout([0], [0], _positions.Slice(0, 0), _keys.Slice(0, 0));
        Targets = new HeadTargets(_targets, _ceWeight, _klWeight);
    }

    /// <summary>I32 [T].</summary>
    public Tensor Ids { get; private set; }

    public SequenceLayout Layout { get; private set; }

    public HeadTargets Targets { get; private set; }

    /// <summary>T.</summary>
    public int Tokens => Layout.Tokens;

    /// <summary>Fills the batch.</summary>
    /// <param name="rows">Rows, in the order of the global batch.</param>
    /// <param name="weights">Loss weights and forms of an effective token of each row, in the same order.</param>
    /// <param name="places">
    /// Of each row in the global batch, not in the micro-batch: its token keys start at place * 2^32. Null: from 0 on.
    /// </param>
    /// <exception cref="ArgumentException">More tokens than the batch was made for, or not a weight for each
    /// row.</exception>
    public void Fill(
        IReadOnlyList<TokenRow> rows, IReadOnlyList<TokenWeights> weights, IReadOnlyList<int>? places = null)
    {
        if (weights.Count != rows.Count)
            throw new ArgumentException($"micro-batch: expected weights of {rows.Count} rows, got {weights.Count}");
        int tokens = rows.Sum(r => r.Tokens.Length);
        if (tokens > _ids.Shape[0])
            throw new ArgumentException($"micro-batch: expected at most {_ids.Shape[0]} tokens, got {tokens}");
        var host = new HostBatch(tokens);
        for (int i = 0; i < rows.Count; i++)
            host.Append(rows[i], weights[i], (long)(places?[i] ?? i) << 32);
        Ids = Uploaded<int>(_ids, host.Ids);
        Layout = new SequenceLayout(
            host.RowStarts(), host.DocumentStarts(), Uploaded<int>(_positions, host.Positions),
            Uploaded<long>(_keys, host.Keys));
        bool arePlain = weights.All(w => w.ArePlain);
        Targets = new HeadTargets(
            Uploaded<int>(_targets, host.Targets), Uploaded<float>(_ceWeight, host.CeWeight),
            Uploaded<float>(_klWeight, host.KlWeight))
        {
            Known = new KnownTargets(
                host.Targets, host.KlWeight.AsSpan().ContainsAnyExcept(0f), arePlain ? null : host.Flags),
            Forms = arePlain
                ? null
                : new HeadForms(
                    Uploaded<int>(_flags, host.Flags), Uploaded<float>(_forwardShare, host.ForwardShare)),
        };
    }

    private Tensor Uploaded<T>(Tensor capacity, T[] values)
        where T : unmanaged
    {
        Tensor slice = capacity.Slice(0, values.Length);
        _ops.Upload<T>(values, slice);
        return slice;
    }

    /// <summary>The batch's arrays while they are put together.</summary>
    private sealed class HostBatch(int tokens)
    {
        private readonly List<int> _rows = [0];
        private readonly List<int> _documents = [];
        private int _count;

        public int[] Ids { get; } = new int[tokens];

        public int[] Positions { get; } = new int[tokens];

        public long[] Keys { get; } = new long[tokens];

        public int[] Targets { get; } = new int[tokens];

        public float[] CeWeight { get; } = new float[tokens];

        public float[] KlWeight { get; } = new float[tokens];

        public int[] Flags { get; } = new int[tokens];

        public float[] ForwardShare { get; } = new float[tokens];

        public int[] RowStarts() => [.. _rows];

        public int[] DocumentStarts() => [.. _documents, _count];

        public void Append(TokenRow row, TokenWeights weights, long key)
        {
            ReadOnlySpan<int> ids = row.Tokens.Span;
            ReadOnlySpan<bool> predicted = row.Predicted.Span;
            int document = -1, position = 0;
            for (int i = 0; i < ids.Length; i++, position++)
            {
                if (document + 1 < row.DocumentStarts.Count && row.DocumentStarts[document + 1] == i)
                {
                    document++;
                    position = row.FirstPosition;
                    _documents.Add(_count + i);
                }

                int at = _count + i;
                bool effective = i + 1 < ids.Length && predicted[i + 1];
                Ids[at] = ids[i];
                Positions[at] = position;
                Keys[at] = key + i;
                Targets[at] = effective ? ids[i + 1] : -1;
                CeWeight[at] = effective ? (float)weights.CrossEntropy : 0;
                KlWeight[at] = effective ? (float)weights.KlDivergence : 0;
                Flags[at] = effective ? (int)weights.Form : 0;
                ForwardShare[at] = effective ? (float)weights.ForwardShare : 0;
            }

            _count += ids.Length;
            _rows.Add(_count);
        }
    }
}
