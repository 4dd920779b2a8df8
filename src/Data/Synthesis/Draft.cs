using MolEngine.Engine.Generation;

namespace MolEngine.Data.Synthesis;

/// <summary>A record in the making: it asks a model for one text after the other until it is done.</summary>
public abstract class Draft
{
    /// <summary>What is asked next; null where the draft is done.</summary>
    /// <param name="answer">What came of the last request; null before the first.</param>
    public abstract GenerationRequest? Next(GenerationRow? answer);
}
