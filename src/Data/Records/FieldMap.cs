namespace MolEngine.Data.Records;

/// <summary>
/// Which field of a record holds what, by its path (<c>a.b[0].c</c>); a null is not there.
/// </summary>
public sealed record FieldMap(
    string? Text = null,
    string? Messages = null,
    string? Prompt = null,
    string? Completion = null,
    string? Question = null,
    string? Answer = null)
{
    /// <summary>Options of the question: the answer then says which is right.</summary>
    public string? Options { get; init; }

    /// <summary>Reasoning that comes before the answer.</summary>
    public string? Reasoning { get; init; }

    /// <summary>What the system says before a dialogue; null looks for <c>system</c> beside messages.</summary>
    public string? System { get; init; }
}
