using MolEngine.Basics.Values;
using MolEngine.Yaml;

namespace MolEngine.Evaluation.Tasks;

/// <summary>The keys of a task file but those of its sections <c>data</c>, <c>few_shot</c> and answers.</summary>
internal static class TaskKeys
{
    /// <summary>Of tasks that no harness has.</summary>
    public const string OwnHarness = "MolEngine";

    /// <summary>The one whose tasks have plain names.</summary>
    public const string PlainHarness = "lm-evaluation-harness";

    private const string Template = "Jinja, with the fields of a record: {{ question }}.";

    public static readonly ConfigKey<string> Task = new(
        "task", KeyTypes.Text, Default.Required, "The task's name, as --tasks has it.",
        s => s.Length > 0 && s.All(c => !char.IsControl(c)));

    public static readonly ConfigKey<string> Harness = new(
        "harness", KeyTypes.Text, OwnHarness, "Whose way of asking and scoring it is: shown beside every number.",
        s => s.Length > 0);

    public static readonly ConfigKey<string> Version = new(
        "version", KeyTypes.Text, Default.Required, "Version of the task in that harness: shown beside every number.",
        s => s.Length > 0);

    public static readonly ConfigKey<string> About = new(
        "about", KeyTypes.Text, Default.Of(""), "A sentence for the list of tasks.");

    public static readonly ConfigKey<string> Official = new(
        "official", KeyTypes.Text, Default.Of(""), "Where the official files come from: told where none is found.");

    public static readonly ConfigKey<TaskKind> Kind = new(
        "kind", KeyTypes.OneOf<TaskKind>(), Default.Required,
        "multiple_choice compares the likelihoods of the choices; generate_match lets the model write, and rules judge "
            + "it; perplexity measures texts.");

    public static readonly ConfigKey<MapValue> Subsets = new(
        "subsets", KeyTypes.Map, Default.None("one whole"),
        "Names of parts with their titles ({anatomy: anatomy}): {subset} in patterns, {{ subset }} and "
            + "{{ subset_title }} in templates; NAME_SUBSET is a task too.");

    public static readonly ConfigKey<MapValue> Groups = new(
        "groups", KeyTypes.Map, Default.None("no groups"),
        "Names of groups with lists of subsets; NAME_GROUP is a task.");

    public static readonly ConfigKey<GroupMean> Mean = new(
        "group_mean", KeyTypes.OneOf<GroupMean>(), GroupMean.Items,
        "The score of several subsets: the mean over all items, or over the subsets' scores.");

    public static readonly ConfigKey<Preprocessing> Preprocess = new(
        "preprocess", KeyTypes.OneOf<Preprocessing>(), Preprocessing.None,
        "What is done to records first: hellaswag makes `query` and cleans the endings.");

    public static readonly ConfigKey<string> Description = new(
        "description", KeyTypes.Text, Default.None("nothing"),
        $"Before everything; with a chat template the system's turn. {Template}");

    public static readonly ConfigKey<string> Prompt = new(
        "prompt", KeyTypes.Text, Default.Required,
        $"The question; of perplexity the text. {Template} Options are there as options (label, text) and choices.");

    public static readonly ConfigKey<string> Answer = new(
        "answer", KeyTypes.Text, Default.None("the right option"),
        $"The right answer, for the rules and for examples. {Template}");

    public static readonly ConfigKey<string> Accepted = new(
        "accepted", KeyTypes.Text, Default.None("answer alone"), "Path of a list of answers each of which is right.");

    public static readonly ConfigKey<IReadOnlyList<string>> Choices = new(
        "choices", KeyTypes.Paths, Default.Of<IReadOnlyList<string>>(["labels"]),
        "How choices are written: labels, texts, or a list of them ([yes, no, maybe]).", x => x.Count > 0);

    public static readonly ConfigKey<string> Delimiter = new(
        "delimiter", KeyTypes.Text, Default.Of(" "),
        "Between question and answer; nothing where a chat template ends the question.");

    public static readonly ConfigKey<string> Prefix = new(
        "prefix", KeyTypes.Text, Default.None("nothing"), $"What an answer is given as its beginning. {Template}");

    public static readonly ConfigKey<Likelihood> Likelihood = new(
        "likelihood", KeyTypes.OneOf<Likelihood>(), Tasks.Likelihood.Continuation,
        "What of a choice is measured: the sum over the continuation, or the mean over the whole text.");

    public static readonly ConfigKey<IReadOnlyList<string>> Scores = new(
        "scores", KeyTypes.Names, Default.Rule("[acc], of perplexity all three"),
        $"Scores, the headline first: {string.Join(", ", ScoreNames.OfChoices)}; of perplexity "
            + $"{string.Join(", ", ScoreNames.OfTexts)}.",
        x => x.Count > 0);

    public static readonly ConfigKey<bool> Chat = new(
        "chat", KeyTypes.Bool, false, "Whether the model's chat template is used unless --chat or --no-chat says so.");

    public static IReadOnlyList<ConfigKey> Head =>
        [Task, Harness, Version, About, Official, Kind];

    public static IReadOnlyList<ConfigKey> Body =>
    [
        Subsets, Groups, Mean, Preprocess, Description, Prompt, Answer, Accepted, Choices, Delimiter, Prefix,
        Likelihood, Scores, Chat,
    ];
}
