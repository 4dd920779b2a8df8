namespace MolEngine.Evaluation.Tasks;

/// <summary>The scores that a task may ask for.</summary>
public static class ScoreNames
{
    /// <summary>Whether the most probable choice is right.</summary>
    public const string Accuracy = "acc";

    /// <summary>The same, each log-likelihood divided by the characters of its choice.</summary>
    public const string ByCharacters = "acc_norm";

    /// <summary>The same, divided by the bytes of its UTF-8.</summary>
    public const string ByBytes = "acc_bytes";

    public const string WordPerplexity = "word_perplexity";

    public const string BytePerplexity = "byte_perplexity";

    public const string BitsPerByte = "bits_per_byte";

    /// <summary>Whether a program ended well.</summary>
    public const string Pass = "pass@1";

    public static IReadOnlyList<string> OfChoices { get; } = [Accuracy, ByCharacters, ByBytes];

    public static IReadOnlyList<string> OfTexts { get; } = [WordPerplexity, BytePerplexity, BitsPerByte];

    /// <summary>Whether more of it is better.</summary>
    public static bool HigherIsBetter(string score) => !OfTexts.Contains(score);
}
