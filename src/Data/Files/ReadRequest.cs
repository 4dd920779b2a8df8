namespace MolEngine.Data.Files;

/// <summary>What a format is asked to read. Formats without fields heed only how texts are split.</summary>
/// <param name="Fields">Names of the fields that are wanted; others are skipped, however large.</param>
/// <param name="Messages">Which of them holds a list of messages instead of a text; null: none.</param>
/// <param name="NumbersToo">Whether a number is a text too.</param>
/// <param name="Example">The fields that a record may have, for errors: "text".</param>
internal sealed record ReadRequest(
    IReadOnlyList<string> Fields, string? Messages, bool NumbersToo, string Example, TextSplit Split);
