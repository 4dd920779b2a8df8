namespace MolEngine.Evaluation.Tasks;

/// <summary>What of a choice is measured.</summary>
public enum Likelihood
{
    /// <summary>The sum of the log-probabilities of the choice alone, as lm-evaluation-harness has it.</summary>
    Continuation,

    /// <summary>
    /// The mean cross-entropy of the whole text, prompt included, over all its tokens, as OpenCompass's "ppl" has it.
    /// </summary>
    WholeText,
}
