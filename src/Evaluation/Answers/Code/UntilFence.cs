namespace MolEngine.Evaluation.Answers.Code;

/// <summary>
/// All before the first fence: what lm-evaluation-harness's humaneval_instruct keeps of an answer whose block of code
/// was opened for the model.
/// </summary>
internal sealed class UntilFence : ICodeExtraction
{
    public string Extract(string output) => output.Split("```")[0];
}
