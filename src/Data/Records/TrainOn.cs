namespace MolEngine.Data.Records;

/// <summary>Which tokens of a corpus's documents the loss sees.</summary>
public enum TrainOn
{
    All,

    /// <summary>What the assistant says, with the token that ends its turn; the answer of a question in plain text.
    /// </summary>
    Assistant,
}
