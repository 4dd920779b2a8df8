namespace MolEngine.Oracle;

/// <summary>Low-rank adapters of linear layers: y += Scale x A^T B^T.</summary>
/// <param name="Scale">alpha / r, or alpha / sqrt(r).</param>
/// <param name="Tensors">A [r, in] and B [out, r] under PEFT's names.</param>
public sealed record OracleLora(double Scale, IReadOnlyDictionary<string, double[]> Tensors)
{
    /// <summary>PEFT's name of A or B of a module ("model.layers.0.self_attn.q_proj").</summary>
    public static string Name(string module, char factor) => $"base_model.model.{module}.lora_{factor}.weight";
}
