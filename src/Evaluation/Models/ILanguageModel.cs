namespace MolEngine.Evaluation.Models;

/// <summary>
/// What an evaluation asks of a model: ids of texts, log-probabilities of continuations, and texts. It knows neither
/// tasks nor files.
/// </summary>
public interface ILanguageModel
{
    /// <summary>The longest context that the model is meant for, in tokens, continuation included.</summary>
    int ContextLimit { get; }

    /// <summary>Ids that the model's tokenizer puts before a text; mostly none, or one.</summary>
    IReadOnlyList<int> BeginIds { get; }

    /// <summary>
    /// The id that stands before a continuation that nothing stands before: the beginning of a document, else its end.
    /// </summary>
    int StartId { get; }

    /// <summary>The ids of a text, nothing added; special tokens that it spells are recognised.</summary>
    int[] Encode(string text);

    /// <summary>Scores continuations.</summary>
    /// <param name="requests">Neighbours with the same beginning cost the least.</param>
    /// <param name="done">Called once for each, in any order, with its place.</param>
    /// <exception cref="OperationCanceledException">Some are not scored.</exception>
    void Score(
        IReadOnlyList<ScoringRequest> requests, Action<int, ContinuationScore> done, CancellationToken cancel);

    /// <summary>Lets the model write.</summary>
    /// <param name="done">Called once for each, in any order, with its place.</param>
    /// <exception cref="OperationCanceledException">Some are not written.</exception>
    void Write(IReadOnlyList<WritingRequest> requests, Action<int, WrittenText> done, CancellationToken cancel);
}
