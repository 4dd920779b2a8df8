using System.Text;
using MolEngine.Server.Answers;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Api;

/// <summary>One answer of a chat, as far as it has come.</summary>
internal sealed class ChatChoice(AnswerSplitter splitter)
{
    private readonly StringBuilder _content = new();
    private readonly StringBuilder _reasoning = new();

    public string Content => _content.ToString();

    public string Reasoning => _reasoning.ToString();

    /// <summary>Calls of tools, each with an id.</summary>
    public List<(string Id, AnswerPart Call)> Calls { get; } = [];

    /// <summary>Tokens that no chunk has told of yet; of a whole answer all of them.</summary>
    public List<SequenceToken> Tokens { get; } = [];

    /// <summary>Null before the end.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>Text that was held back until the end.</summary>
    public string Rest { get; private set; } = "";

    /// <summary>Whether a stream has told who speaks.</summary>
    public bool HasBegun { get; set; }

    public IReadOnlyList<AnswerPart> Take(SequenceToken token)
    {
        Tokens.Add(token);
        return Keep(splitter.Append(token.Text));
    }

    public IReadOnlyList<AnswerPart> Take(SequenceEnd end)
    {
        Rest = end.Rest;
        IReadOnlyList<AnswerPart> parts = Keep([.. splitter.Append(end.Rest), .. splitter.Finish()]);
        FinishReason = Calls.Count > 0 && end.FinishReason == "stop" ? "tool_calls" : end.FinishReason;
        return parts;
    }

    private IReadOnlyList<AnswerPart> Keep(IReadOnlyList<AnswerPart> parts)
    {
        foreach (AnswerPart part in parts)
        {
            if (part.Kind == AnswerPartKind.ToolCall)
                Calls.Add(($"call_{Guid.NewGuid():N}", part));
            else
                (part.Kind == AnswerPartKind.Content ? _content : _reasoning).Append(part.Text);
        }

        return parts;
    }
}
