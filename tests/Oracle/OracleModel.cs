namespace MolEngine.Oracle;

/// <summary>What <see cref="OracleModel.Forward"/> is to be differentiated by.</summary>
public enum OracleTrained
{
    Nothing,
    Base,
    Lora,
}

/// <summary>
/// A decoder-only transformer of the Qwen3, Qwen2 and Llama families in float64: the independent truth of tests. What a
/// checkpoint has decides the architecture: biases and q/k norms act where their tensors are there.
/// </summary>
/// <param name="weights">Row-major tensors under Hugging Face's names. They are read, never changed, at each forward
/// pass.</param>
public sealed class OracleModel(OracleConfig config, IReadOnlyDictionary<string, double[]> weights)
{
    public OracleConfig Config { get; } = config;

    public IReadOnlyDictionary<string, double[]> Weights { get; } = weights;

    /// <param name="rounding">
    /// With it, what a bf16 program makes of the pass and of its gradients; null: the truth.
    /// </param>
    public OracleForward Forward(
        OracleBatch batch, OracleLora? lora = null, OracleTrained trained = OracleTrained.Nothing,
        Bf16Rounding? rounding = null) =>
        new ForwardPass(Config, Weights, batch, lora, trained, rounding).Run();
}
