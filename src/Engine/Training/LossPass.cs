using MolEngine.Engine.BaseCaching;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Training;

/// <summary>
/// One micro-batch through base and student: the figures of every row and, if asked, the gradients. The base pass
/// borrows the student's activations, which are not filled yet, so that it costs no memory.
/// </summary>
public sealed class LossPass : IDisposable
{
    private readonly Ops _ops;
    private readonly Transformer _transformer;
    private readonly Activations _activations;
    private readonly TokenBatch _batch;
    private readonly Arena _arena;
    private readonly BasePass? _base;
    private readonly HeadResult _head;
    private readonly RowFigureQueue _figures;
    private readonly Tensor? _dFinal;

    /// <param name="tokens">The largest number of tokens of a micro-batch.</param>
    /// <param name="positions">Documents are no longer than this (their positions end below it).</param>
    /// <param name="topN">n of the base's top n, or 0 where no base is ever passed.</param>
    /// <param name="retention">None: for figures only; otherwise gradients too.</param>
    /// <param name="inputLayers">As <see cref="Activations.Allocate"/> has it.</param>
    /// <param name="weights">Weights of the kind that will be passed: tells ranks of adapters.</param>
    /// <param name="reference">The base, as it will be passed, where it has an adapter.</param>
    /// <param name="cache">Where the base's distributions of trained rows are kept, if anywhere; not disposed of
    /// here.</param>
    public LossPass(
        Ops ops, ModelConfig config, int tokens, int positions, int topN, Retention retention,
        TransformerWeights weights, TransformerWeights? reference = null, BaseCache? cache = null,
        int? inputLayers = null)
    {
        _ops = ops;
        _arena = ops.CreateArena("activations");
        bool backward = retention != Retention.None;
        _transformer = new Transformer(ops, config, _arena, tokens, positions, backward);
        Activations Activations(Arena arena) => Models.Common.Activations.Allocate(
            arena, config, ops.ActivationType, tokens, retention,
            (layer, name) => Student.LoraRank(weights, layer, name), inputLayers);

        Tensor Gradient(Arena arena) =>
            arena.Allocate("gradient of final hidden", DType.F32, tokens, config.HiddenSize);

        _arena.Expect(a =>
        {
            Activations(a);
            if (backward)
                Gradient(a);
        });
        _activations = Activations(_arena);
        Activations ofBase = reference is null
            ? _activations
            : _activations.Beside(
                _arena, config, ops.ActivationType, (layer, name) => Student.LoraRank(reference, layer, name));
        _batch = new TokenBatch(ops, _arena, tokens);
        Tensor F64(string name) => _arena.Allocate(name, DType.F64, tokens);
        _head = HeadResult.Allocate(F64);
        _figures = new RowFigureQueue(ops, _arena);
        if (topN > 0)
            _base = new BasePass(ops, _transformer, ofBase, _arena, tokens, topN, cache);
        if (backward)
            _dFinal = Gradient(_arena);
    }

    /// <summary>Bytes of activations.</summary>
    public long Bytes => _arena.Bytes;

    /// <summary>Figures of the rows; no gradients.</summary>
    /// <param name="reference">The base model's weights, or null: then KL is 0.</param>
    /// <param name="loss">What rows without losses of their own are trained with; null: with plain ones.</param>
    /// <param name="gaps">With what the divergences over the whole vocabulary exceed the others by: a second stream
    /// over the head, of a pass that is made for gradients too.</param>
    public RowFigures[] Evaluate(
        IReadOnlyList<TokenRow> rows, TransformerWeights student, TransformerWeights? reference,
        LossOptions? loss = null, bool gaps = false)
    {
        _figures.Clear();
        TokenWeights[] weights = [.. rows.Select(r => r.Losses ?? loss?.Weights(r.Kind) ?? default)];
        _batch.Fill(rows, weights);
        Run(rows, weights, student, reference, null, gaps);
        return _figures.Collect();
    }

    /// <summary>
    /// Adds the gradients of the rows to <paramref name="gradients"/>; their figures wait for <see cref="Collect"/>.
    /// </summary>
    /// <param name="weights">Loss weights of each row's tokens, fixed for the whole global batch
    /// (<see cref="BatchLoss.Weights"/>).</param>
    /// <param name="places">Of each row in the global batch: dropout goes by it.</param>
    public void AccumulateGradients(
        IReadOnlyList<TokenRow> rows, IReadOnlyList<TokenWeights> weights, IReadOnlyList<int> places,
        TransformerWeights student, TransformerWeights? reference, TransformerGradients gradients)
    {
        _batch.Fill(rows, weights, places);
        Run(rows, weights, student, reference, gradients);
    }

    /// <summary>Forgets figures that were not collected: of a batch that was given up.</summary>
    public void Discard() => _figures.Clear();

    /// <summary>
    /// Figures of all rows since the last call, in order. A device is waited for here, once for a whole batch.
    /// </summary>
    /// <param name="beside">F64 tensors that are read in the same wait.</param>
    public RowFigures[] Collect(params (Tensor Source, double[] Destination)[] beside) => _figures.Collect(beside);

    public void Dispose() => _arena.Dispose();

    private void Run(
        IReadOnlyList<TokenRow> rows, IReadOnlyList<TokenWeights> weights, TransformerWeights student,
        TransformerWeights? reference, TransformerGradients? gradients, bool gaps = false)
    {
        int tokens = _batch.Tokens;
        HeadResult result = _head.First(tokens);
        if (tokens > 0)
        {
            BaseDistribution? distribution =
                reference is null ? null : OfBase(rows, weights, reference, gradients is not null, gaps);
            Run(tokens, result, student, reference, distribution, gradients, gaps);
        }

        _figures.Queue(rows, result, _batch, reference is not null);
    }

    private BaseDistribution OfBase(
        IReadOnlyList<TokenRow> rows, IReadOnlyList<TokenWeights> weights, TransformerWeights reference,
        bool isTrained, bool gaps)
    {
        BasePass pass = _base
            ?? throw new InvalidOperationException("loss: a base was passed to a pass made without one");
        return isTrained
            ? pass.OfTrained(rows, weights, _batch, reference)
            : pass.Of(_batch, reference, gaps ? Kept(_batch.Tokens) : null);
    }

    private void Run(
        int tokens, HeadResult result, TransformerWeights student, TransformerWeights? reference,
        BaseDistribution? distribution, TransformerGradients? gradients, bool gaps)
    {
        Activations activations = _activations.First(tokens);
        Tensor final = _transformer.Forward(student, _batch.Ids, _batch.Layout, activations);
        Tensor? dFinal = gradients is null ? null : _dFinal!.Slice(0, tokens);
        _ops.MolHead(
            final, student.Head, _batch.Targets, distribution, _batch.Layout, result, dFinal,
            gradients?.Head);
        if (gaps && distribution is not null)
        {
            _ops.HeadGap(
                Kept(tokens), reference!.Head, final, student.Head, _batch.Targets, distribution, result);
        }

        if (gradients is not null)
            _transformer.Backward(student, gradients, _batch.Ids, _batch.Layout, activations, dFinal!);
    }

    /// <summary>The base's last hidden states while the student's are computed, where gradients would come.</summary>
    private Tensor Kept(int tokens) => _dFinal?.Slice(0, tokens)
        ?? throw new InvalidOperationException("loss: gaps of divergences were asked of a pass made for figures alone");
}
