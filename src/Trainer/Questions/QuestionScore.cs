namespace MolEngine.Trainer.Questions;

/// <summary>How many questions a model answered.</summary>
internal sealed record QuestionScore(int Answered, int Asked)
{
    /// <summary>The mean of exact match.</summary>
    public double ExactMatch => (double)Answered / Asked;
}
