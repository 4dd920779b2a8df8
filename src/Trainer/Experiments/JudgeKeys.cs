using MolEngine.Basics.Values;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Experiments;

/// <summary>The keys under <c>judge</c>: what the runs of an experiment are compared on with their base.</summary>
internal static class JudgeKeys
{
    private const string Section = "judge";

    public static readonly ConfigKey<IReadOnlyList<string>> Tasks = new(
        $"{Section}.tasks", KeyTypes.Paths, Default.None("no tasks"),
        "Tasks of `molengine eval`: names, or files of tasks, which are looked up beside the spec.", x => x.Count > 0);

    public static readonly ConfigKey<IReadOnlyList<string>> Data = new(
        $"{Section}.data", KeyTypes.Paths, Default.None("the Hugging Face cache alone"), "Folders of their files.");

    public static readonly ConfigKey<MapValue> Texts = new(
        $"{Section}.texts", KeyTypes.Map, Default.None("no texts"),
        "Names with files of texts, in any format that a corpus may have: {prose: prose.jsonl}.");

    public static readonly ConfigKey<IReadOnlyList<string>> Domain = new(
        $"{Section}.domain", KeyTypes.Names, Default.None("none of them"),
        "Which of these tasks and texts were to be learned. The others were to stay what they were.");

    public static readonly ConfigKey<bool> HeldOut = new(
        $"{Section}.held_out", KeyTypes.Bool, true,
        "Whether runs are judged by the texts that they held out from training, too, and by the `questions` of their "
            + "config. What not every run has is shown for those that have it, and counts in no mean over measures.");

    public static readonly ConfigKey<int> Limit = new(
        $"{Section}.limit", KeyTypes.Int, Default.None("all"),
        "Items of each subset, and documents of each text, at most.", x => x >= 1, "of at least 1");

    public static readonly ConfigKey<bool> AllowsCode = new(
        $"{Section}.allow_code_execution", KeyTypes.Bool, false,
        "Whether the programs that models write are run, which code tasks need.");

    public static readonly IReadOnlyList<ConfigKey> All = [Tasks, Data, Texts, Domain, HeldOut, Limit, AllowsCode];
}
