using MolEngine.Basics.Values;
using MolEngine.Evaluation.Answers.Code;
using MolEngine.Yaml;

namespace MolEngine.Evaluation.Tasks;

/// <summary>The keys of examples, of generation and of what judges its answers.</summary>
internal static class TaskAnswerKeys
{
    public static readonly ConfigKey<int> Count = new(
        "few_shot.count", KeyTypes.Int, 0, "Examples before a question; --shots wins.", x => x >= 0, "of at least 0");

    public static readonly ConfigKey<ShotPick> Pick = new(
        "few_shot.pick", KeyTypes.OneOf<ShotPick>(), ShotPick.First,
        "The first ones, or drawn anew for each question as Python's random.sample draws.");

    public static readonly ConfigKey<ShotSource> Source = new(
        "few_shot.source", KeyTypes.OneOf<ShotSource>(), ShotSource.Examples,
        "Where examples are from: data[].examples, or the test itself without the question.");

    public static readonly ConfigKey<int> Seed = new(
        "few_shot.seed", KeyTypes.Int, 1234, "Of the draw: lm-evaluation-harness has 1234.", x => x >= 0,
        "of at least 0");

    public static readonly ConfigKey<IReadOnlyList<MapValue>> Records = new(
        "few_shot.records", KeyTypes.Maps, Default.None("few_shot.source"), "Examples of the task's own, as records.");

    public static readonly ConfigKey<string> Separator = new(
        "few_shot.separator", KeyTypes.Text, Default.Of("\n\n"), "Behind each example.");

    public static readonly ConfigKey<bool> Turns = new(
        "few_shot.turns", KeyTypes.Bool, false,
        "With a chat template: whether examples are turns of their own, or stand in the user's one turn.");

    public static readonly ConfigKey<string> ShotPrompt = new(
        "few_shot.prompt", KeyTypes.Text, Default.None("prompt"), "How an example asks.");

    public static readonly ConfigKey<string> ShotAnswer = new(
        "few_shot.answer", KeyTypes.Text, Default.None("answer"), "How an example answers.");

    public static readonly ConfigKey<IReadOnlyList<string>> Stop = new(
        "generation.stop", KeyTypes.Paths, Default.None("the model's end alone"), "Texts that end an answer.");

    public static readonly ConfigKey<int> MaxTokens = new(
        "generation.max_tokens", KeyTypes.Int, 256, "Tokens of an answer at most; --max-tokens wins.",
        x => x is >= 1 and <= 1_000_000, "from 1 to 1000000");

    public static readonly ConfigKey<int> Samples = new(
        "generation.samples", KeyTypes.Int, 1, "Answers to each question, whose scores are averaged: avg@k.",
        x => x is >= 1 and <= 1024, "from 1 to 1024");

    public static readonly ConfigKey<double> Temperature = new(
        "generation.temperature", KeyTypes.Number, 0, "0 is greedy; --mode wins.", x => x >= 0, "of at least 0");

    public static readonly ConfigKey<double> TopP = new(
        "generation.top_p", KeyTypes.Number, 1, "Draw among the fewest tokens that have this probability together.",
        x => x is > 0 and <= 1, "above 0, at most 1");

    public static readonly ConfigKey<int> TopK = new(
        "generation.top_k", KeyTypes.Int, 0, "Draw among as many tokens; 0: all.", x => x >= 0, "of at least 0");

    public static readonly ConfigKey<MapValue> Rules = new(
        "rules", KeyTypes.Map, Default.None("exact match; or code"),
        "Scores of an answer with the rules that judge it ({strict-match: gsm8k_strict}), the headline first.");

    public static readonly ConfigKey<string> Program = new(
        "code.program", KeyTypes.Text, Default.None("answers are no programs"),
        "A program of the answer ({{ completion }}) and fields; the answer is right where it ends well. Asks for "
            + "--allow-code-execution.");

    public static readonly ConfigKey<string> Extract = new(
        "code.extract", KeyTypes.OneOf([.. CodeExtractions.Names]), Default.None("the whole answer"),
        "What of the answer is {{ completion }}.");

    public static readonly ConfigKey<bool> Instructions = new(
        "instructions", KeyTypes.Bool, false,
        "Judge by IFEval's checkers of the record's instruction_id_list and kwargs: scores by prompt and by "
            + "instruction, strict and loose.");

    public static readonly ConfigKey<int> Seconds = new(
        "code.seconds", KeyTypes.Int, 3, "Time that the program may take.", x => x is >= 1 and <= 600, "from 1 to 600");

    public static IReadOnlyList<ConfigKey> All =>
    [
        Count, Pick, Source, Seed, Records, Separator, Turns, ShotPrompt, ShotAnswer, Stop, MaxTokens, Samples,
        Temperature, TopP, TopK, Rules, Instructions, Program, Extract, Seconds,
    ];
}
