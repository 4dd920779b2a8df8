namespace MolEngine.Evaluation.Tasks;

/// <summary>Where examples come from, where the task file has none of its own.</summary>
public enum ShotSource
{
    /// <summary>The files of <c>data[].examples</c>.</summary>
    Examples,

    /// <summary>The test itself; the question that is asked is never among them.</summary>
    Test,
}
