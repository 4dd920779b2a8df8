using MolEngine.Engine.Chat;

namespace MolEngine.Data.Files;

/// <summary>Whether a record has a field.</summary>
internal enum FieldPresence
{
    Absent,

    /// <summary>It says that it holds nothing.</summary>
    Null,
    Given,
}

/// <summary>What a field of a record holds, or why it cannot be used (told only where it is needed).</summary>
/// <param name="Problem">"expected a string, got ..."; null where there is none.</param>
/// <param name="ProblemField">Which part of the field it is about: "[2].content".</param>
internal readonly record struct FieldValue(
    FieldPresence Presence, string? Text, IReadOnlyList<ChatMessage>? Messages, string? Problem,
    string ProblemField = "")
{
    public bool IsThere => Presence != FieldPresence.Absent;

    public bool IsNull => Presence == FieldPresence.Null;
}
