using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Optim;

/// <param name="Clip">
/// Largest norm of the whole gradient; larger ones are scaled down to it. 0 or infinity: no clipping.
/// </param>
public sealed record AdamWOptions(
    double Beta1 = 0.9, double Beta2 = 0.95, double Eps = 1e-8, double WeightDecay = 0, double Clip = 1.0);

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) with fp32 states and clipping by the global norm, as PyTorch computes both.
/// </summary>
public sealed class AdamW
{
    private readonly Ops _ops;
    private readonly AdamWOptions _options;
    private readonly AdamWTensors[] _tensors;
    private readonly Tensor _squares;

    public AdamW(Ops ops, AdamWOptions options, IReadOnlyList<Parameter> parameters, Arena arena)
    {
        _ops = ops;
        _options = options;
        Parameters = parameters;
        (_squares, FirstMoments, SecondMoments) = arena.Together<(Tensor, Tensor[], Tensor[])>(a => (
            a.Allocate("squared norm of the gradient", DType.F64, 1),
            [.. parameters.Select(p => Moment(a, p, "first"))], [.. parameters.Select(p => Moment(a, p, "second"))]));
        _tensors =
        [
            .. parameters.Select(
                (p, i) => new AdamWTensors(p.Value, p.Gradient, FirstMoments[i], SecondMoments[i], p.Decays, p.Copy)),
        ];
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    public IReadOnlyList<Tensor> FirstMoments { get; }

    public IReadOnlyList<Tensor> SecondMoments { get; }

    /// <summary>Updates made so far.</summary>
    public int Steps { get; set; }

    /// <summary>
    /// Queues the square of the L2 norm of the whole gradient, in the order of the parameters: F64 [1].
    /// </summary>
    public Tensor SquaredGradientNorm()
    {
        _ops.SumOfSquares([.. Parameters.Select(p => p.Gradient)], _squares);
        return _squares;
    }

    /// <summary>Clips and updates. Gradients are left as they are.</summary>
    /// <param name="gradientNorm">The root of <see cref="SquaredGradientNorm"/>.</param>
    public void Step(double learningRate, double gradientNorm)
    {
        Steps++;
        // torch.nn.utils.clip_grad_norm_: clip / (norm + 1e-6), at most 1.
        double scale = _options.Clip > 0 ? Math.Min(1, _options.Clip / (gradientNorm + 1e-6)) : 1;
        double correction1 = 1 - Math.Pow(_options.Beta1, Steps), correction2 = 1 - Math.Pow(_options.Beta2, Steps);
        _ops.AdamW(_tensors, new AdamWStep(
            learningRate, _options.Beta1, _options.Beta2, _options.Eps, _options.WeightDecay, correction1, correction2,
            scale));
    }

    /// <summary>
    /// Brings the bf16 copies up to date with their masters: after values were put there from outside.
    /// </summary>
    public void RoundCopies()
    {
        foreach (Parameter p in Parameters)
        {
            if (p.Copy is not null)
                _ops.Copy(p.Value, p.Copy);
        }
    }

    private static Tensor Moment(Arena arena, Parameter p, string what) =>
        arena.AllocateLike(p.Value, DType.F32, $"{p.Name} {what} moment");
}
