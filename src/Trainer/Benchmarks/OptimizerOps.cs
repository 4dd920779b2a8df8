using MolEngine.Engine.Optim;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>What follows a global batch, for the largest matrix of a layer: its adapter's, and its own.</summary>
internal static class OptimizerOps
{
    private const int Rank = 64;

    private const double LearningRate = 1e-5;

    public static IEnumerable<BenchCase> Of(BenchInputs i)
    {
        int outputs = i.Model.Intermediate, inputs = i.Model.Hidden;
        return
        [
            .. Update(i, "LoRA", Parameter(i, "lora A", Rank, inputs, isCopied: false),
                Parameter(i, "lora B", outputs, Rank, isCopied: false)),
            .. Update(i, "full", Parameter(i, "weight", outputs, inputs, isCopied: true)),
            .. i.Model.TiedHead ? [TiedHead(i)] : Array.Empty<BenchCase>(),
        ];
    }

    private static Parameter Parameter(BenchInputs i, string name, int rows, int columns, bool isCopied) => new(
        name, i.Random(name, DType.F32, rows, columns), i.Random($"{name} gradient", DType.F32, rows, columns),
        isCopied && i.Activation == DType.BF16 ? i.Zeros($"{name} bf16", DType.BF16, rows, columns) : null);

    private static IEnumerable<BenchCase> Update(BenchInputs i, string method, params Parameter[] parameters)
    {
        var optimizer = new AdamW(i.Ops, new AdamWOptions(), parameters, i.Arena);
        string shape = string.Join(" and ", parameters.Select(p => p.Value.Shape.ToString()));
        yield return new BenchCase($"gradient norm, {method}", shape, () => optimizer.SquaredGradientNorm());
        yield return new BenchCase($"AdamW, {method}", shape, () => optimizer.Step(LearningRate, gradientNorm: 1));
    }

    /// <summary>The gradient of a tied head joins that of the embedding.</summary>
    private static BenchCase TiedHead(BenchInputs i)
    {
        Tensor x = i.Random("head gradient", DType.F32, i.Model.Intermediate, i.Model.Hidden);
        Tensor y = i.Random("embedding gradient", DType.F32, i.Model.Intermediate, i.Model.Hidden);
        return new BenchCase("Add, tied head", x.Shape.ToString(), () => i.Ops.Add(x, y))
        {
            Bytes = new Dictionary<string, long> { ["add_f32"] = 12 * x.Count },
        };
    }
}
