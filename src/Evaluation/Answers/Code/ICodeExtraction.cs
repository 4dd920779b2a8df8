namespace MolEngine.Evaluation.Answers.Code;

/// <summary>A rule that takes the program out of what a model wrote. A text without one is its own program.</summary>
public interface ICodeExtraction
{
    /// <summary>The code in a text.</summary>
    string Extract(string output);
}
