using System.Text;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Engine.Generation;

/// <summary>
/// The text of generated ids as it comes: whole characters only, and nothing that may be the beginning of a stop text.
/// It ends before a stop id, which is no text, or before a stop text: that which is complete first, of those the one
/// that begins first, however the text falls into tokens.
/// </summary>
/// <param name="stopIds">Ids that end the text.</param>
/// <param name="stops">Texts that end it; none is empty.</param>
/// <param name="skipSpecialTokens">Whether special tokens are no text.</param>
public sealed class TextStream(
    Tokenizer tokenizer, IReadOnlyCollection<int> stopIds, IReadOnlyList<string> stops, bool skipSpecialTokens = true)
{
    private readonly StreamingDecoder _decoder = tokenizer.CreateDecoder(skipSpecialTokens);
    private readonly StopTexts _stops = new(stops);
    private readonly StringBuilder _text = new();

    /// <summary>Whether a stop id or a stop text has come: nothing follows.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>The stop text that has come; null where none has.</summary>
    public string? StopText => _stops.Found;

    /// <summary>All that was given out.</summary>
    public string Text => _text.ToString();

    /// <summary>As OpenAI's API names the end: <c>stop</c>, or <c>length</c> where the text was only cut.</summary>
    public string FinishReason => HasStopped ? "stop" : "length";

    /// <summary>The text that an id adds; often empty.</summary>
    public string Append(int id)
    {
        if (HasStopped)
            return "";
        if (!stopIds.Contains(id))
            return Shown(_stops.Append(_decoder.Append(id)));
        string rest = Finish();
        HasStopped = true;
        return rest;
    }

    /// <summary>
    /// What was held back. A character that is not complete is left out: the text was cut within it.
    /// </summary>
    public string Finish() =>
        HasStopped ? "" : Shown(_stops.Append(_decoder.FinishWhole()) + (_stops.Found is null ? _stops.Finish() : ""));

    private string Shown(string text)
    {
        HasStopped |= _stops.Found is not null;
        _text.Append(text);
        return text;
    }
}
