using MolEngine.Evaluation.Models;
using MolEngine.Evaluation.Tasks.Documents;

namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>An item with the prompt that asks it, and what the model is asked to compute.</summary>
public abstract class AskedItem(ItemKey key, TaskDocument document)
{
    public ItemKey Key => key;

    public TaskDocument Document => document;

    /// <summary>Tokens cut from the beginnings of its prompts.</summary>
    public abstract int Cut { get; }

    /// <summary>Continuations to be scored; empty where the model writes.</summary>
    public virtual IReadOnlyList<ScoringRequest> Scorings => [];

    /// <summary>What the model is to write on; null where it does not.</summary>
    public virtual WritingRequest? Writing => null;

    /// <summary>The result of its scorings.</summary>
    public virtual ItemResult Scored(IReadOnlyList<ContinuationScore> scores) =>
        throw new InvalidOperationException("This item is written, not scored.");

    /// <summary>The result of what the model wrote.</summary>
    public virtual ItemResult Judged(WrittenText text) =>
        throw new InvalidOperationException("This item is scored, not written.");
}
