using MolEngine.Engine.Optim;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Optim;

/// <summary>The first updates, where the corrections of both moments are largest, against PyTorch's formulas.</summary>
public sealed class AdamWTests
{
    [Fact]
    public void The_first_three_updates_are_corrected_each_by_its_own_step()
    {
        const double Rate = 0.1, Beta1 = 0.9, Beta2 = 0.8, Eps = 0.01, Decay = 0.2, Clip = 1.5;
        double[] gradients = [0.5, -2, 0.25];
        using Ops ops = CpuBackend.Create();
        using Arena arena = ops.CreateArena("test");
        Tensor matrix = arena.Allocate("matrix", DType.F32, 1, 1), bias = arena.Allocate("bias", DType.F32, 1);
        Parameter[] parameters =
        [
            new("matrix", matrix, arena.Allocate("dm", DType.F32, 1, 1)),
            new("bias", bias, arena.Allocate("db", DType.F32, 1)),
        ];
        var optimizer = new AdamW(ops, new AdamWOptions(Beta1, Beta2, Eps, Decay, Clip), parameters, arena);
        matrix.Span<float>()[0] = bias.Span<float>()[0] = 3;
        (double p, double q, double m, double v) = (3, 3, 0, 0);
        for (int step = 1; step <= gradients.Length; step++)
        {
            foreach (Parameter parameter in parameters)
                parameter.Gradient.Span<float>()[0] = (float)gradients[step - 1];
            double norm = Math.Sqrt(2 * gradients[step - 1] * gradients[step - 1]);
            optimizer.Step(Rate, norm);

            double g = gradients[step - 1] * Math.Min(1, Clip / (norm + 1e-6));
            (m, v) = ((Beta1 * m) + ((1 - Beta1) * g), (Beta2 * v) + ((1 - Beta2) * g * g));
            double first = m / (1 - Math.Pow(Beta1, step)), second = v / (1 - Math.Pow(Beta2, step));
            double change = Rate * first / (Math.Sqrt(second) + Eps);
            (p, q) = ((p * (1 - (Rate * Decay))) - change, q - change);
            Assert.Equal(p, matrix.Span<float>()[0], 1e-6);
            Assert.Equal(q, bias.Span<float>()[0], 1e-6);
        }
    }
}
