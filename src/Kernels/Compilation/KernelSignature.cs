using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Compilation;

/// <summary>A kernel's name, the sizes of its parameters, and its launch bounds, as its PTX declares them.</summary>
/// <param name="ParameterBytes">In order.</param>
/// <param name="MaxThreads">Of a block, by <c>__launch_bounds__</c>; null without it.</param>
public sealed record KernelSignature(string Name, IReadOnlyList<int> ParameterBytes, int? MaxThreads)
{
    /// <exception cref="ArgumentException">The arguments differ from the parameters in number or size.</exception>
    public void Check(KernelArguments arguments)
    {
        if (arguments.Count != ParameterBytes.Count)
        {
            throw new ArgumentException(
                $"launch of {Name}: arguments: expected {ParameterBytes.Count}, got {arguments.Count}");
        }

        for (int i = 0; i < ParameterBytes.Count; i++)
        {
            if (arguments[i].Size != ParameterBytes[i])
            {
                throw new ArgumentException(
                    $"launch of {Name}: argument {i}: expected {ParameterBytes[i]} bytes, got {arguments[i].Size}");
            }
        }
    }
}
