namespace MolEngine.Evaluation.Harness;

/// <summary>How the paper lets models write, by what is asked of them.</summary>
public enum EvalMode
{
    /// <summary>Reasoning first: temperature 0.6, top-p 0.95, top-k 20.</summary>
    Think,

    /// <summary>Answers at once: temperature 0.7, top-p 0.8, top-k 20, presence penalty 1.5.</summary>
    NonThink,

    /// <summary>Questions of a domain: temperature 0.01.</summary>
    Domain,
}
