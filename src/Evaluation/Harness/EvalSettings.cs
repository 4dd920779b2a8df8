using MolEngine.Basics.Values;
using MolEngine.Engine.Generation;
using MolEngine.Evaluation.Tasks;

namespace MolEngine.Evaluation.Harness;

/// <summary>What a person says of an evaluation beside its tasks; null leaves it to the task.</summary>
public sealed record EvalSettings
{
    /// <summary>Tokens of an answer at most where a mode is given, as in the paper.</summary>
    public const int TokensOfModes = 30_720;

    /// <summary>Items of each subset at most, the first ones.</summary>
    public int? Limit { get; init; }

    /// <summary>Examples before a question.</summary>
    public int? Shots { get; init; }

    /// <summary>Whether examples are turns of their own, with a chat template.</summary>
    public bool? ShotsAsTurns { get; init; }

    public EvalMode? Mode { get; init; }

    /// <summary>Whether the model's chat template is used.</summary>
    public bool? Chat { get; init; }

    public int? MaxTokens { get; init; }

    /// <summary>Answers to each question.</summary>
    public int? Samples { get; init; }

    /// <summary>Of the draws of tokens.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>What the chat template is told: whether the model thinks, where a mode says so.</summary>
    public MapValue ChatVariables => Mode switch
    {
        EvalMode.Think => Thinking(true),
        EvalMode.NonThink => Thinking(false),
        _ => MapValue.Empty,
    };

    /// <summary>How a task is written; null where its model does not write.</summary>
    public GenerationSettings? Generation(EvalTask task) => task.Generation is not { } own ? null : own with
    {
        MaxTokens = MaxTokens ?? (Mode is null ? own.MaxTokens : TokensOfModes),
        Samples = Samples ?? own.Samples,
        Sampling = Mode is null ? own.Sampling : SamplingOf(Mode.Value),
    };

    private static SamplingSettings SamplingOf(EvalMode mode) => mode switch
    {
        EvalMode.Think => new(Temperature: 0.6, TopP: 0.95, TopK: 20),
        EvalMode.NonThink => new(Temperature: 0.7, TopP: 0.8, TopK: 20, PresencePenalty: 1.5),
        _ => new(Temperature: 0.01),
    };

    private static MapValue Thinking(bool does) => new([new("enable_thinking", new FlagValue(does))]);
}
