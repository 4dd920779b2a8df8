namespace MolEngine.Runs.Records;

/// <summary>How a model continues the beginning of a held-out document before training and after.</summary>
/// <param name="Before">The base model's continuation; null without a base.</param>
/// <param name="After">The trained model's continuation.</param>
public sealed record TextSample(string Prompt, string? Before, string? After)
{
    /// <summary>How the document itself goes on; null where that is not known.</summary>
    public string? Document { get; init; }

    /// <summary>Whether <see cref="Before"/> ends where the limit of tokens was.</summary>
    public bool BeforeIsCut { get; init; }

    /// <summary>Whether <see cref="After"/> does.</summary>
    public bool AfterIsCut { get; init; }

    /// <summary>Whether <see cref="Document"/> does.</summary>
    public bool DocumentIsCut { get; init; }
}
