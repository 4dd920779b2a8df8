using MolEngine.Data.Settings;
using MolEngine.Yaml;

namespace MolEngine.Evaluation;

/// <summary>The keys under <c>questions</c>.</summary>
public static class QuestionKeys
{
    public const string Section = "questions";

    public static readonly ConfigKey<string> Path = new(
        $"{Section}.path", KeyTypes.Text, Default.None("no questions"),
        "JSONL of held-out questions with their answers, asked before and after training (also: `questions: FILE`).",
        s => s.Length > 0)
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<int> MaxTokens = new(
        $"{Section}.max_tokens", KeyTypes.Int, Default.Of(32).Unless("there are no questions"),
        "Tokens of an answer at most.", x => x is >= 1 and <= 65_536, "from 1 to 65536")
    {
        OnResume = OnResume.Free,
    };

    public static readonly RecordKeys Records = new(Section, hasTexts: false, OnResume.Free);

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All = [Path, MaxTokens, .. Records.All];
}
