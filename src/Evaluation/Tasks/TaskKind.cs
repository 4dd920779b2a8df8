namespace MolEngine.Evaluation.Tasks;

/// <summary>How a task asks.</summary>
public enum TaskKind
{
    /// <summary>The most probable of several continuations is the answer.</summary>
    MultipleChoice,

    /// <summary>The model writes, and a rule finds the answer in it.</summary>
    GenerateMatch,

    /// <summary>How well the model predicts texts.</summary>
    Perplexity,
}
