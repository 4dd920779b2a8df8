namespace MolEngine.Evaluation.Tasks;

/// <summary>What is done to records that no template can do.</summary>
public enum Preprocessing
{
    None,

    /// <summary>
    /// HellaSwag's as lm-evaluation-harness does it: a <c>query</c> of label and context, and the marks of WikiHow
    /// taken out of it and of the endings.
    /// </summary>
    Hellaswag,
}
