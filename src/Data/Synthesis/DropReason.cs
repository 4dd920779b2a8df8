namespace MolEngine.Data.Synthesis;

/// <summary>Why an attempt is no record, by the names that reports have.</summary>
public static class DropReason
{
    public const string UserCut = "user cut", Cut = "cut", Empty = "empty", Special = "special tokens",
        Repetition = "repetition", Refusal = "refusal", Language = "language", Duplicate = "duplicate",
        Long = "too long", Role = "role";

    /// <summary>The reasons, and what each means, in the order in which they are looked for.</summary>
    public static IReadOnlyList<(string Reason, string Means)> All { get; } =
    [
        (UserCut, "the user had not ended at --user-tokens"),
        (Cut, "the answer had not ended at --max-tokens"),
        (Empty, "fewer words than say something"),
        (Special, "a special token stood within the text"),
        (Repetition, $"{Synthesis.Repetition.Most:P0} of the runs of six words, or "
            + $"{Synthesis.Repetition.MostSentences:P0} of the sentences, stood before"),
        (Language, "another language than the one asked for"),
        (Role, "the user speaks as the assistant"),
        (Duplicate, "an earlier record is nearly the same"),
        (Long, "question and answer do not fit the model's context"),
        (Refusal, "the answer is that there is none"),
    ];
}
