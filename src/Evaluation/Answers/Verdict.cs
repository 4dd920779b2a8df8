namespace MolEngine.Evaluation.Answers;

/// <summary>What a rule says about an answer.</summary>
/// <param name="IsRight">Whether the answer is one of the accepted ones.</param>
/// <param name="Extracted">What the rule took from the model's text; null where it found no answer in it.</param>
public sealed record Verdict(bool IsRight, string? Extracted)
{
    /// <summary>The verdict about a text in which no answer was found.</summary>
    public static Verdict NoAnswer { get; } = new(false, null);

    /// <summary>The verdict about an extracted answer that is right where it is one of the accepted ones.</summary>
    public static Verdict Of(string? extracted, IReadOnlyList<string> expected, Func<string, string, bool> equal) =>
        extracted is null ? NoAnswer : new Verdict(expected.Any(e => equal(extracted, e)), extracted);
}
