using MolEngine.Basics.Values;
using MolEngine.Yaml;

namespace MolEngine.Evaluation.Tasks;

/// <summary>The keys under <c>data</c>: layouts in which the task's data may be found, the first that is there counts.
/// </summary>
internal static class TaskDataKeys
{
    public const string List = "data";

    public static readonly ConfigKey<IReadOnlyList<string>> Test = new(
        $"{List}[].test", KeyTypes.Paths, Default.Required,
        "The items: patterns below --data (**/{subset}_test.csv), or addresses (hf://datasets/...); the first that is "
            + "there counts.",
        x => x.Count > 0);

    public static readonly ConfigKey<IReadOnlyList<string>> Examples = new(
        $"{List}[].examples", KeyTypes.Paths, Default.None("none"), "The same for examples.");

    public static readonly ConfigKey<IReadOnlyList<string>> Columns = new(
        $"{List}[].columns", KeyTypes.Names, Default.None("the first row names them"),
        "Names of the columns of a CSV file that has no row of names.");

    public static readonly ConfigKey<string> Records = new(
        $"{List}[].records", KeyTypes.Text, Default.None("a record of the file is one"),
        "Path of the list or map that holds the records; * where the file is such a map.");

    public static readonly ConfigKey<string> Rows = new(
        $"{List}[].rows", KeyTypes.Text, Default.None("all"),
        "Which records of the test count: 10:510 are 500 of them.",
        s => TaskReader.RowsOf(s) is not null, "FROM:TO, from 0");

    public static readonly ConfigKey<IReadOnlyList<string>> Options = new(
        $"{List}[].options", KeyTypes.Paths, Default.None("options, choices, or a column of each letter"),
        "Paths of the options: of a list or map of them, or of each.");

    public static readonly ConfigKey<string> Right = new(
        $"{List}[].right", KeyTypes.Text, Default.None("answer_idx, answerKey, cop, answer, label"),
        "Path of what says which option is right: its label, text, or place from 0.");

    public static readonly ConfigKey<RightAs> RightAs = new(
        $"{List}[].right_as", KeyTypes.OneOf<RightAs>(), Tasks.RightAs.Any,
        "How it says so: by an option's label, its text, its place from 0 or from 1, or whichever of label, text and "
            + "place from 0 fits alone.");

    public static readonly ConfigKey<MapValue> Fields = new(
        $"{List}[].fields", KeyTypes.Map, Default.None("the record's own names"),
        "Names for templates with the paths of their values ({question: QUESTION}); of a list of paths the first that "
            + "is there.");

    public static readonly ConfigKey<MapValue> Texts = new(
        $"{List}[].texts", KeyTypes.Map, Default.None("none"),
        "Names for templates with patterns of files whose texts they have: {cot: cot-prompts/{subset}.txt}.");

    public static IReadOnlyList<ConfigKey> All =>
        [Test, Examples, Columns, Records, Rows, Options, Right, RightAs, Fields, Texts];
}
