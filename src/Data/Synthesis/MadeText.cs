using MolEngine.Data.Languages;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Data.Synthesis;

/// <summary>A text that a model has made, and what speaks against it.</summary>
/// <param name="Text">Without what ended it.</param>
/// <param name="Drop">A reason of <see cref="DropReason"/>; null where nothing speaks against it.</param>
internal sealed record MadeText(string Text, string? Drop)
{
    /// <summary>Words, or letters of a script without blanks, below which a text says nothing.</summary>
    private const int FewestWords = 2, FewestLetters = 6;

    /// <param name="row">Generation that has ended.</param>
    /// <param name="stops">Texts that end it, besides the row's stop ids.</param>
    /// <param name="cut">What speaks against a text without an end; null: nothing.</param>
    public static MadeText Of(
        GenerationRow row, Tokenizer tokenizer, IReadOnlyList<string> stops, string? language, string? cut)
    {
        var stream = new TextStream(tokenizer, row.Request.StopIds, stops);
        bool hasSpecial = false;
        foreach (int id in row.Ids)
        {
            hasSpecial |= !stream.HasStopped && !row.Request.StopIds.Contains(id)
                && tokenizer.AddedTokens.Any(t => t.Id == id && t.Special);
            stream.Append(id);
        }

        stream.Finish();
        string text = stream.Text.Trim();
        return new(text, Reason());

        string? Reason() =>
            !stream.HasStopped && cut is not null ? cut
            : IsEmpty(text) ? DropReason.Empty
            : hasSpecial ? DropReason.Special
            : Repetition.IsIn(text) ? DropReason.Repetition
            : language is not null && LanguageIdentifier.Of(text) is { } other && other != language
                ? DropReason.Language
            : null;
    }

    private static bool IsEmpty(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length < FewestWords
        && text.Count(char.IsLetterOrDigit) < FewestLetters;
}
