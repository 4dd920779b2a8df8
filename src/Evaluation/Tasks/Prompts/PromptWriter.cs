using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Evaluation.Tasks.Documents;

namespace MolEngine.Evaluation.Tasks.Prompts;

/// <summary>
/// Writes prompts as lm-evaluation-harness does (<c>fewshot_context</c> of its <c>api/task.py</c>): description,
/// examples and question as one text; or, with a chat template, the description as the system's turn, and the examples
/// in the user's turn, or as turns of their own.
/// </summary>
/// <param name="chat">The model's chat template; null writes plain text.</param>
/// <param name="variables">What the chat template is told beside the dialogue.</param>
/// <param name="asTurns">Whether examples are turns of their own.</param>
public sealed class PromptWriter(EvalTask task, ChatTemplate? chat, MapValue variables, bool asTurns)
{
    /// <summary>The prompt of a question.</summary>
    public TaskPrompt Write(TaskDocument asked, IReadOnlyList<TaskDocument> examples)
    {
        string description = task.Description?.Render(asked.Fields, asked.Place) ?? "";
        string question = task.Prompt.Render(asked.Fields, asked.Place);
        string? prefix = task.Prefix?.Render(asked.Fields, asked.Place);
        if (chat is null)
        {
            string text = description + string.Concat(examples.Select(Example)) + question;
            string begun = prefix is null ? "" : task.Delimiter + prefix;
            return new TaskPrompt(text + begun, task.Delimiter, IsChat: false);
        }

        List<ChatMessage> messages = description.Length == 0 ? [] : [new("system", description)];
        if (asTurns)
        {
            foreach (TaskDocument example in examples)
            {
                messages.Add(new("user", Asked(example)));
                messages.Add(new("assistant", Begun(example) + Answered(example)));
            }
        }

        string before = asTurns ? "" : string.Concat(examples.Select(Example));
        messages.Add(new("user", before + question));
        string dialogue = chat.Render(messages, variables, addGenerationPrompt: true).Text;

        // A choice follows the template's own end; a beginning that is given may need its blank again.
        bool needsBlank = prefix is { Length: > 0 } && !char.IsWhiteSpace(prefix[^1]);
        return new TaskPrompt(dialogue + prefix, needsBlank ? task.Delimiter : "", IsChat: true);
    }

    /// <summary>The choices of a question as they are scored, without the delimiter.</summary>
    public static IReadOnlyList<string> Choices(EvalTask task, TaskDocument document) =>
        task.ChoosesTexts ? document.Choices!.Texts : document.Choices!.Labels;

    /// <summary>The right answer of a question: the task's own words, else the right choice.</summary>
    /// <exception cref="UserException">It has none.</exception>
    public string Answered(TaskDocument document) =>
        (task.FewShot.Answer ?? task.Answer) is { } answer ? answer.Render(document.Fields, document.Place)
        : document.Right is { } right ? Choices(task, document)[right]
        : throw new UserException($"{document.Place}: {task.Id}: expected an example with its answer, got one without");

    private string Example(TaskDocument example) =>
        Asked(example) + task.Delimiter + Begun(example) + Answered(example) + task.FewShot.Separator;

    private string Asked(TaskDocument example) =>
        (task.FewShot.Prompt ?? task.Prompt).Render(example.Fields, example.Place);

    private string Begun(TaskDocument example) =>
        task.Prefix is { } prefix ? prefix.Render(example.Fields, example.Place) + " " : "";
}
