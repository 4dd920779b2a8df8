namespace MolEngine.Engine.Generation;

/// <summary>A row's logits are not finite: it is on its way to <see cref="GenerationBatch.Step"/>.</summary>
internal sealed class BrokenRowException(GenerationRow row, Exception cause) : Exception(cause.Message, cause)
{
    public GenerationRow Row => row;
}
