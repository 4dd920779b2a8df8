using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records;

/// <summary>The text of a record's document: what is tokenized.</summary>
/// <param name="IsDialogue">
/// Whether a chat template wrote it: it then begins as the template has it, and no token is put before it.
/// </param>
/// <param name="Answer">
/// Where in <paramref name="Text"/> the answer to what stands before it lies; null for records that do not answer, and
/// for dialogues.
/// </param>
/// <param name="Trained">The parts that are trained on; null for all of the text.</param>
public readonly record struct DocumentText(
    string Text, bool IsDialogue, Range? Answer, IReadOnlyList<TextSpan>? Trained = null);
