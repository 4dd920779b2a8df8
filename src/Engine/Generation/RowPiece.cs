namespace MolEngine.Engine.Generation;

/// <summary>The next tokens of a row that a pass computes.</summary>
/// <param name="Start">The first one's place in the row.</param>
internal readonly record struct RowPiece(GenerationRow Row, int Start, int Count)
{
    public int End => Start + Count;
}
