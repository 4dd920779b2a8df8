using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;

namespace MolEngine.Evaluation.Tasks;

/// <summary>A task as its file defines it.</summary>
/// <param name="Name">As <c>--tasks</c> has it, the harness apart.</param>
/// <param name="Kind">How it asks.</param>
public sealed record EvalTask(string Name, TaskKind Kind)
{
    /// <summary>Whose way of asking and scoring it is.</summary>
    public required string Harness { get; init; }

    /// <summary>Of the task in that harness.</summary>
    public required string Version { get; init; }

    public string About { get; init; } = "";

    /// <summary>Where its official files come from; empty where nobody says.</summary>
    public string Official { get; init; } = "";

    /// <summary>The file's text, and what errors call it.</summary>
    public required string Yaml { get; init; }

    public required string Source { get; init; }

    public required IReadOnlyList<DataSource> Data { get; init; }

    /// <summary>Names of subsets with what people call them; empty where the task is one whole.</summary>
    public IReadOnlyList<(string Name, string Title)> Subsets { get; init; } = [];

    public IReadOnlyList<(string Name, IReadOnlyList<string> Subsets)> Groups { get; init; } = [];

    public GroupMean Mean { get; init; }

    public Preprocessing Preprocess { get; init; }

    /// <summary>Before everything: the system's turn of a dialogue. Null: nothing.</summary>
    public FieldTemplate? Description { get; init; }

    /// <summary>The question; of a task of perplexity the text.</summary>
    public required FieldTemplate Prompt { get; init; }

    /// <summary>The right answer; null where options have it, or nobody needs it.</summary>
    public FieldTemplate? Answer { get; init; }

    /// <summary>Path of a list of answers each of which is right; null: the one of <see cref="Answer"/> is.</summary>
    public string? Accepted { get; init; }

    /// <summary>How choices are written; empty: as their labels.</summary>
    public IReadOnlyList<string> FixedChoices { get; init; } = [];

    /// <summary>Whether choices are written as their texts.</summary>
    public bool ChoosesTexts { get; init; }

    /// <summary>Between question and answer.</summary>
    public string Delimiter { get; init; } = " ";

    /// <summary>What the answer begins with, and is given; null: nothing.</summary>
    public FieldTemplate? Prefix { get; init; }

    public Likelihood Likelihood { get; init; }

    /// <summary>Names of the scores of a choice, the first is the headline.</summary>
    public IReadOnlyList<string> Scores { get; init; } = [];

    public required FewShotSettings FewShot { get; init; }

    /// <summary>Whether the model's chat template is used where nobody says otherwise.</summary>
    public bool UsesChat { get; init; }

    /// <summary>Null for tasks where the model does not write.</summary>
    public GenerationSettings? Generation { get; init; }

    /// <summary>Scores of an answer with the names of the rules that judge it, the headline first.</summary>
    public IReadOnlyList<(string Score, string Rule)> Rules { get; init; } = [];

    /// <summary>Whether IFEval's checkers judge the answers.</summary>
    public bool HasInstructions { get; init; }

    /// <summary>Null where answers are no programs.</summary>
    public CodeSettings? Code { get; init; }

    /// <summary>"mmlu", or "mmlu@opencompass" where the name alone is another convention.</summary>
    public required string Id { get; init; }

    /// <summary>Variables of a subset for templates.</summary>
    public static MapValue SubsetFields(string name, string title) =>
        new([new("subset", new TextValue(name)), new("subset_title", new TextValue(title))]);
}
