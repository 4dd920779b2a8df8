using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Files;

namespace MolEngine.Data.Synthesis;

/// <summary>Records that a model has made, as lines of a corpus.</summary>
public static class MadeRecord
{
    public static string OfText(string text) =>
        JsonValues.Line(new MapValue([new("text", new TextValue(text))]));

    /// <param name="variables">What the record has beside its messages (<c>tools</c>).</param>
    public static string OfDialogue(IReadOnlyList<ChatMessage> messages, MapValue variables) => JsonValues.Line(
        new MapValue(
        [
            new("messages", new ListValue([.. messages.Select(m => m.Fields)])), .. variables.Entries,
        ]));
}
