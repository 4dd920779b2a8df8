namespace MolEngine.Data.Records;

/// <summary>What of each corpus is kept for validation: documents, and at most so many tokens.</summary>
/// <param name="Tokens">
/// Tokens at most; a text longer than <see cref="PieceTokens"/> is then held out by pieces, which count as documents.
/// Null holds out whole documents, whatever their length.
/// </param>
public readonly record struct HeldOutBudget(HeldOutCount Documents, int? Tokens = null)
{
    /// <summary>
    /// Tokens of a piece at most: enough for figures of a long context, few enough for a budget of many pieces.
    /// </summary>
    public const int PieceTokens = 2048;

    /// <summary>What is held out where a config does not say: a validation of some seconds to a minute.</summary>
    public const int DefaultTokens = 32_768;

    public static implicit operator HeldOutBudget(int exactly) => new(exactly);

    public static implicit operator HeldOutBudget(HeldOutCount documents) => new(documents);
}
