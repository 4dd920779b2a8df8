namespace MolEngine.Evaluation.Tasks;

/// <summary>Which examples stand before a question.</summary>
public enum ShotPick
{
    /// <summary>The first ones.</summary>
    First,

    /// <summary>Others for each question, drawn as Python's <c>random.Random(seed).sample</c> draws them.</summary>
    Random,
}
