using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Generation;

/// <summary>A forward pass over new tokens of several rows, and the logits of some of them.</summary>
internal sealed class BatchPass
{
    /// <summary>Tokens whose logits are held at a time.</summary>
    private const int LogitTokens = 64;

    private readonly Ops _ops;
    private readonly Transformer _transformer;
    private readonly Activations _activations;
    private readonly KvCache _cache;
    private readonly Tensor _ids;
    private readonly Tensor _positions;
    private readonly Tensor _tokenKeys;
    private readonly Tensor _hidden;
    private readonly Tensor _logits;
    private readonly float[] _hostLogits;
    private readonly bool _sameBits;
    private Activations _current;

    /// <param name="tokens">Most of a pass.</param>
    /// <param name="positions">Rows are no longer than this.</param>
    public BatchPass(
        Ops ops, ModelConfig config, Arena arena, KvCache cache, int tokens, int positions, bool sameBits)
    {
        _ops = ops;
        _cache = cache;
        _sameBits = sameBits;
        _transformer = new Transformer(ops, config, arena, tokens, positions, backward: false);
        _activations = Activations.Allocate(
            arena, config, ops.ActivationType, tokens, Retention.None, (_, _) => 0);
        _current = _activations;
        _ids = arena.Allocate("token ids", DType.I32, tokens);
        _positions = arena.Allocate("positions", DType.I32, tokens);
        _tokenKeys = arena.Allocate("token keys", DType.I64, tokens);
        int logitTokens = Math.Min(LogitTokens, tokens);
        _hidden = arena.Allocate("hidden of logits", ops.ActivationType, logitTokens, config.HiddenSize);
        _logits = arena.Allocate("logits", DType.F32, logitTokens, config.VocabSize);
        _hostLogits = new float[logitTokens * config.VocabSize];
    }

    /// <summary>Sees the logits [V] of a token, which it may change.</summary>
    /// <param name="index">Of the token among those asked for.</param>
    public delegate void Visit(int index, Span<float> logits);

    /// <summary>Computes the pieces' tokens, whose keys and values join the cache.</summary>
    public void Run(TransformerWeights weights, IReadOnlyList<RowPiece> pieces)
    {
        int[] starts = new int[pieces.Count + 1], before = new int[pieces.Count];
        int[][] pages = new int[pieces.Count][];
        for (int i = 0; i < pieces.Count; i++)
        {
            starts[i + 1] = starts[i] + pieces[i].Count;
            before[i] = pieces[i].Start;
            pages[i] = pieces[i].Row.Pages.ConvertAll(p => p.Index).ToArray();
        }

        int tokens = starts[^1];
        int[] ids = new int[tokens], positions = new int[tokens];
        for (int i = 0, at = 0; i < pieces.Count; i++)
        {
            for (int j = 0; j < pieces[i].Count; j++, at++)
                (ids[at], positions[at]) = (pieces[i].Row[pieces[i].Start + j], pieces[i].Start + j);
        }

        _ops.Upload<int>(ids, _ids.Slice(0, tokens));
        _ops.Upload<int>(positions, _positions.Slice(0, tokens));
        var layout = new SequenceLayout(starts, starts, _positions.Slice(0, tokens), _tokenKeys.Slice(0, tokens));
        if (_current.Final.Shape[0] != tokens)
            _current = _activations.First(tokens);
        _transformer.Forward(
            weights, _ids.Slice(0, tokens), layout, _current,
            new CachedTokens(_cache, new PagedLayout(layout, before, pages), _sameBits));
    }

    /// <summary>The logits after some of the tokens of the last <see cref="Run"/>.</summary>
    /// <param name="tokens">Their places in the pass, ascending.</param>
    public void Logits(TransformerWeights weights, IReadOnlyList<int> tokens, Visit visit)
    {
        int vocabulary = _logits.Shape[1], most = _hidden.Shape[0];
        for (int first = 0; first < tokens.Count; first += most)
        {
            int count = Math.Min(most, tokens.Count - first);
            for (int i = 0, run; i < count; i += run)
            {
                int token = tokens[first + i];
                for (run = 1; i + run < count && tokens[first + i + run] == token + run;)
                    run++;
                _ops.Copy(_current.Final.Slice(token, run), _hidden.Slice(i, run));
            }

            Tensor logits = _logits.Slice(0, count);
            _ops.HeadLogits(_hidden.Slice(0, count), weights.Head, logits, _sameBits);
            _ops.Download(logits, _hostLogits.AsSpan(0, count * vocabulary));
            for (int i = 0; i < count; i++)
                visit(first + i, _hostLogits.AsSpan(i * vocabulary, vocabulary));
        }
    }
}
