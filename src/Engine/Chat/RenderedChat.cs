using MolEngine.Engine.Chat.Jinja;

namespace MolEngine.Engine.Chat;

/// <summary>A dialogue as its template writes it.</summary>
/// <param name="Text">
/// The whole text, with every token that marks its turns and its beginning: it is encoded without adding any.
/// </param>
/// <param name="Generated">
/// The spans that the template marks as the assistant's (<c>{% generation %}</c>), in order; null where it marks none,
/// or where their places in the text are not known.
/// </param>
public sealed record RenderedChat(string Text, IReadOnlyList<TextSpan>? Generated);

/// <summary>A dialogue as its template writes it, and where that wrote each message.</summary>
internal sealed record PlacedChat(RenderedChat Chat, MessagePlaces Places);

/// <summary>A whole dialogue, and what of it the assistant says.</summary>
/// <param name="Text">As <see cref="RenderedChat.Text"/>.</param>
/// <param name="Assistant">
/// A span for each turn of the assistant, in order: from behind what asks it to speak to the end of all that the
/// template writes for the turn, the token that ends it included.
/// </param>
public sealed record RenderedDialogue(string Text, IReadOnlyList<TextSpan> Assistant);

/// <summary>What a template writes around an answer of the assistant.</summary>
/// <param name="Prompt">What asks the assistant to speak; empty where nothing does.</param>
/// <param name="End">What stands behind an answer that ends the dialogue: <c>&lt;|im_end|&gt;\n</c>.</param>
public sealed record TurnMarks(string Prompt, string End);
