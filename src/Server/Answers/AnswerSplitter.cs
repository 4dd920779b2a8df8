using MolEngine.Engine.Chat;

namespace MolEngine.Server.Answers;

/// <summary>
/// Tells reasoning, content and calls of tools apart in a text that comes in pieces. What is given out is never taken
/// back: it holds what may become a mark, and white space that stands before one.
/// </summary>
/// <param name="marks">Around reasoning; null where it stays in the content.</param>
/// <param name="startsInside">Whether the prompt has opened the reasoning already.</param>
/// <param name="findsCalls">Whether calls of tools are looked for.</param>
public sealed class AnswerSplitter(ThinkMarks? marks, bool startsInside, bool findsCalls)
{
    private string _held = "";
    private string _beforeCall = "";
    private State _state = marks is null ? State.Content : startsInside ? State.Reasoning : State.Start;
    private bool _trimsStart = marks is not null && startsInside;

    private enum State
    {
        /// <summary>Reasoning may begin, and nothing else has.</summary>
        Start,
        Reasoning,
        Content,
        Call,
    }

    /// <summary>What can be told of the text so far and was not before.</summary>
    public IReadOnlyList<AnswerPart> Append(string text)
    {
        if (marks is null && !findsCalls)
            return text.Length > 0 ? [new(AnswerPartKind.Content, text)] : [];
        _held += text;
        var parts = new List<AnswerPart>();
        while (Advance(parts))
        {
        }

        return parts;
    }

    /// <summary>What is held: the text is over. A call without its end counts where it is whole.</summary>
    public IReadOnlyList<AnswerPart> Finish()
    {
        string rest = _held;
        _held = "";
        if (_state == State.Call)
            return [ToolCallText.Parse(rest) ?? new(AnswerPartKind.Content, _beforeCall + ToolCallText.Open + rest)];
        if (_state == State.Reasoning)
            rest = rest.TrimEnd();
        if (_trimsStart)
            rest = rest.TrimStart();
        return rest.Length == 0
            ? []
            : [new(_state == State.Reasoning ? AnswerPartKind.Reasoning : AnswerPartKind.Content, rest)];
    }

    /// <summary>Takes a step through what is held; false where more text is needed.</summary>
    private bool Advance(List<AnswerPart> parts) => _state switch
    {
        State.Start => AdvanceStart(),
        State.Reasoning => AdvanceText(AnswerPartKind.Reasoning, marks!.Close, State.Content, parts),
        State.Content => AdvanceText(
            AnswerPartKind.Content, findsCalls ? ToolCallText.Open : null, State.Call, parts),
        _ => AdvanceCall(parts),
    };

    private bool AdvanceStart()
    {
        string text = _held.TrimStart();
        if (text.StartsWith(marks!.Open, StringComparison.Ordinal))
        {
            _held = text[marks.Open.Length..];
            (_state, _trimsStart) = (State.Reasoning, true);
            return true;
        }

        if (marks.Open.StartsWith(text, StringComparison.Ordinal))
            return false;
        _state = State.Content;
        return true;
    }

    /// <summary>Gives out text up to a mark.</summary>
    /// <param name="mark">What ends it; null where nothing does.</param>
    private bool AdvanceText(AnswerPartKind kind, string? mark, State next, List<AnswerPart> parts)
    {
        if (_trimsStart)
        {
            _held = _held.TrimStart();
            _trimsStart = _held.Length == 0;
        }

        int end = mark is null ? -1 : _held.IndexOf(mark, StringComparison.Ordinal);
        int shown = end >= 0 ? _held.AsSpan(0, end).TrimEnd().Length : mark is null ? _held.Length : Shown(mark);
        if (shown > 0)
            parts.Add(new AnswerPart(kind, _held[..shown]));
        if (end < 0)
        {
            _held = _held[shown..];
            return false;
        }

        _beforeCall = _held[shown..end];
        _held = _held[(end + mark!.Length)..];
        (_state, _trimsStart) = (next, next == State.Content);
        return true;
    }

    private bool AdvanceCall(List<AnswerPart> parts)
    {
        int end = _held.IndexOf(ToolCallText.Close, StringComparison.Ordinal);
        if (end < 0)
            return false;
        string inside = _held[..end];
        _held = _held[(end + ToolCallText.Close.Length)..];
        AnswerPart? call = ToolCallText.Parse(inside);

        // What is no call stays what it is: text.
        parts.Add(call ?? new(
            AnswerPartKind.Content, _beforeCall + ToolCallText.Open + inside + ToolCallText.Close));
        (_state, _trimsStart) = (State.Content, call is not null);
        return true;
    }

    /// <summary>Characters that cannot be the beginning of a mark, nor white space before one.</summary>
    private int Shown(string mark)
    {
        int open = Math.Min(mark.Length - 1, _held.Length);
        while (open > 0 && !_held.EndsWith(mark[..open], StringComparison.Ordinal))
            open--;
        return _held.AsSpan(0, _held.Length - open).TrimEnd().Length;
    }
}
