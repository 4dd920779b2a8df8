namespace MolEngine.Data.Records;

/// <summary>How a record's fields are read, as <c>data.corpora[].shape</c> calls it.</summary>
public enum ShapeName
{
    /// <summary>The first shape that fits the record.</summary>
    Auto,
    Text,

    /// <summary><c>messages</c> of <c>role</c> and <c>content</c>.</summary>
    Messages,

    /// <summary><c>conversations</c> of <c>from</c> and <c>value</c>.</summary>
    Sharegpt,

    /// <summary><c>instruction</c>, <c>input</c>, <c>output</c>, with <c>system</c> and <c>history</c>.</summary>
    Alpaca,

    /// <summary><c>prompt</c> and <c>completion</c>, texts or lists of messages.</summary>
    PromptCompletion,

    /// <summary><c>question</c> and <c>answer</c>.</summary>
    Qa,

    /// <summary><c>Question</c>, <c>Complex_CoT</c> and <c>Response</c>: an answer with its reasoning.</summary>
    Cot,

    /// <summary><c>question</c>, <c>options</c>, and which of them is right.</summary>
    MultipleChoice,

    /// <summary>Records are read as the config's own template says.</summary>
    Template,
}
