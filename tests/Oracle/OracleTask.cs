namespace MolEngine.Oracle;

/// <summary>
/// A loss and all that it is taken of: cross-entropy of a model, or the mixture of losses of an adapter and its base.
/// </summary>
/// <param name="General">Of each row.</param>
/// <param name="Lora">What is trained, against the model without it; null: the model is, by cross-entropy.</param>
/// <param name="Top">The ids that the KL of a token tells apart; null: the base's top n.</param>
public sealed record OracleTask(
    OracleModel Model, OracleBatch Batch, bool[] General, OracleLossSettings Settings, OracleLora? Lora = null,
    Func<int, int[]>? Top = null)
{
    /// <summary>Plain cross-entropy of the model, which is trained.</summary>
    public static OracleTask CrossEntropy(OracleModel model, OracleBatch batch) =>
        new(model, batch, new bool[batch.Rows], new OracleLossSettings(0, 1));

    /// <param name="rounding">Null: the truth.</param>
    public OracleRun Run(Bf16Rounding? rounding = null)
    {
        OracleForward? reference = Lora is null ? null : Model.Forward(Batch, rounding: rounding);
        OracleTrained trained = Lora is null ? OracleTrained.Base : OracleTrained.Lora;
        OracleForward student = Model.Forward(Batch, Lora, trained, rounding);
        return new OracleRun(student.MolLoss(Settings, General, reference, Top), reference?.Logits);
    }
}

/// <param name="ReferenceLogits">[T, V] of the base; null where there is none.</param>
public sealed record OracleRun(OracleLoss Loss, double[]? ReferenceLogits);
