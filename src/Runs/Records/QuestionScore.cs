namespace MolEngine.Runs.Records;

/// <summary>How many questions a model answered.</summary>
public sealed record QuestionScore(int Answered, int Asked)
{
    /// <summary>The mean of exact match.</summary>
    public double ExactMatch => (double)Answered / Asked;
}
