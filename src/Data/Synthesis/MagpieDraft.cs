using MolEngine.Engine.Generation;

namespace MolEngine.Data.Synthesis;

/// <summary>An attempt at a record: a user's turn and its answer, or a base model's text.</summary>
public sealed class MagpieDraft : Draft
{
    private readonly Magpie _magpie;
    private readonly Func<string, bool> _isKnown;

    internal MagpieDraft(Magpie magpie, long attempt, Func<string, bool> isKnown)
    {
        (_magpie, Attempt, _isKnown) = (magpie, attempt, isKnown);
        Topic = magpie.TopicOf(attempt);
    }

    /// <summary>Its number.</summary>
    public long Attempt { get; }

    public Topic Topic { get; }

    /// <summary>What the user says; null where the model is a base model, or not yet asked.</summary>
    public string? User { get; private set; }

    /// <summary>The answer, or the text of a base model; null where it did not come to it.</summary>
    public string? Answer { get; private set; }

    /// <summary>A reason of <see cref="DropReason"/>; null for a record.</summary>
    public string? Drop { get; private set; }

    /// <summary>By what a record is told from others: the user's turn, or the text.</summary>
    public string Key => User ?? Answer ?? "";

    /// <inheritdoc/>
    public override GenerationRequest? Next(GenerationRow? answer)
    {
        if (answer is null)
            return _magpie.First(Attempt);
        return _magpie.MakesDialogues && User is null ? AfterUser(answer) : AfterAnswer(answer);
    }

    /// <summary>A draft that turned out to be nearly an earlier record.</summary>
    internal void IsDuplicate() => Drop = DropReason.Duplicate;

    private GenerationRequest? AfterUser(GenerationRow row)
    {
        (User, Drop) = _magpie.UserText(Attempt, row);
        if (Drop is null && Roles.IsAssistant(User))
            Drop = DropReason.Role;
        if (Drop is null && _isKnown(User))
            Drop = DropReason.Duplicate;
        if (Drop is not null)
            return null;
        if (_magpie.AnswerTo(Attempt, User) is { } request)
            return request;
        Drop = DropReason.Long;
        return null;
    }

    private GenerationRequest? AfterAnswer(GenerationRow row)
    {
        (Answer, Drop) = _magpie.AnswerText(row);
        if (Drop is null && _magpie.MakesDialogues && Refusals.IsRefusal(Answer))
            Drop = DropReason.Refusal;
        return null;
    }
}
