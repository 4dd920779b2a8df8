using MolEngine.Yaml;

namespace MolEngine.Evaluation.Tasks;

/// <summary>Every key of a task file.</summary>
public static class TaskTable
{
    public static readonly KeyTable Keys = new(
        [.. TaskKeys.Head, .. TaskDataKeys.All, .. TaskKeys.Body, .. TaskAnswerKeys.All],
        ProgramCommand.With("eval --help"))
    {
        NamesElsewhere = new Dictionary<string, ConfigKey>
        {
            ["doc_to_text"] = TaskKeys.Prompt,
            ["doc_to_target"] = TaskKeys.Answer,
            ["doc_to_choice"] = TaskKeys.Choices,
            ["target_delimiter"] = TaskKeys.Delimiter,
            ["fewshot_delimiter"] = TaskAnswerKeys.Separator,
            ["gen_prefix"] = TaskKeys.Prefix,
            ["num_fewshot"] = TaskAnswerKeys.Count,
            ["max_gen_toks"] = TaskAnswerKeys.MaxTokens,
            ["until"] = TaskAnswerKeys.Stop,
            ["repeats"] = TaskAnswerKeys.Samples,
            ["dataset_path"] = TaskDataKeys.Test,
            ["output_type"] = TaskKeys.Kind,
            ["metric_list"] = TaskKeys.Scores,
            ["task_name"] = TaskKeys.Task,
        },
    };

    /// <summary>The manual: a key, its meaning, what it must be, and its default.</summary>
    public static IEnumerable<(string Key, string Text)> Manual() =>
        Keys.All.Select(k => (k.Path, $"{k.Help} [{k.Expects}; {k.DefaultText}]"));
}
