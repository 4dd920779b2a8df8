namespace MolEngine.Server.Answers;

/// <summary>What a part of an answer is.</summary>
public enum AnswerPartKind
{
    Content,
    Reasoning,
    ToolCall,
}
