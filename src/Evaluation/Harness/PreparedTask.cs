using MolEngine.Basics.Numerics;
using MolEngine.Engine.Chat;
using MolEngine.Evaluation.Models;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Documents;
using MolEngine.Evaluation.Tasks.Prompts;
using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Harness;

/// <summary>A task with its data read, ready to be asked.</summary>
public sealed class PreparedTask
{
    private readonly EvalSettings _settings;
    private readonly ChatTemplate? _chat;
    private readonly List<(string Subset, TaskDocument[] Items, IReadOnlyList<TaskDocument> Pool)> _subsets = [];

    /// <param name="found">Data of each subset of the choice, in its order.</param>
    /// <param name="chat">The model's template; null where it has none.</param>
    /// <exception cref="UserException">Data cannot be read, or the task needs a template that is not there.</exception>
    public PreparedTask(
        TaskChoice choice, IReadOnlyList<FoundData> found, EvalSettings settings, ChatTemplate? chat)
    {
        (Choice, _settings) = (choice, settings);
        bool isWritten = Task.Kind == TaskKind.GenerateMatch;
        UsesChat = Task.Kind != TaskKind.Perplexity
            && (settings.Chat ?? (Task.UsesChat || (isWritten && settings.Mode is not null)));
        if (UsesChat && chat is null)
        {
            throw new UserException(
                $"--chat: {choice.Id}: expected a model with a chat template, got one without. Ask it with --no-chat");
        }

        _chat = UsesChat ? chat : null;
        Shots = settings.Shots ?? Task.FewShot.Count;
        ShotsAsTurns = settings.ShotsAsTurns ?? Task.FewShot.AsTurns;
        Generation = settings.Generation(Task);
        if (Generation is { Samples: > 1, Sampling: null })
        {
            throw new UserException(
                $"--samples: {choice.Id}: expected answers that are drawn, got greedy ones, which are all the same. "
                    + "Say --mode, or generation.temperature in a task file");
        }

        for (int i = 0; i < found.Count; i++)
        {
            var documents = new TaskDocuments(Task, found[i], choice.Subsets[i]);
            TaskDocument[] items = [.. documents.Test().Take(settings.Limit ?? int.MaxValue)];
            _subsets.Add((choice.Subsets[i].Name, items, Shots == 0 ? [] : documents.Examples()));
        }

        DataFiles = [.. found.SelectMany(f => f.Files(Shots > 0)).Distinct()];
    }

    public TaskChoice Choice { get; }

    public EvalTask Task => Choice.Task;

    /// <summary>Examples before each question.</summary>
    public int Shots { get; }

    /// <summary>Whether examples are turns of their own.</summary>
    public bool ShotsAsTurns { get; }

    public bool UsesChat { get; }

    /// <summary>Null where the model does not write.</summary>
    public GenerationSettings? Generation { get; }

    /// <summary>Items of each subset at most; null: all.</summary>
    public int? Limit => _settings.Limit;

    /// <summary>The files that its items and examples are from.</summary>
    public IReadOnlyList<string> DataFiles { get; }

    /// <summary>Answers that are to be scored.</summary>
    public int Answers => Items * (Generation?.Samples ?? 1);

    /// <summary>Questions, of all subsets.</summary>
    public int Items => _subsets.Sum(s => s.Items.Length);

    /// <summary>Every answer that is to be scored, with its prompt, made as it is asked for.</summary>
    /// <param name="wants">Which are wanted; prompts of others are not made into ids.</param>
    /// <exception cref="UserException">A prompt cannot be written or scored.</exception>
    public IEnumerable<AskedItem> Ask(ILanguageModel model, AnswerJudge judge, Func<ItemKey, bool> wants)
    {
        var writer = new PromptWriter(Task, _chat, _settings.ChatVariables, ShotsAsTurns);
        foreach ((string subset, TaskDocument[] items, IReadOnlyList<TaskDocument> pool) in _subsets)
        {
            var sampler = new ShotSampler(Task, pool, Shots);
            for (int i = 0; i < items.Length; i++)
            {
                // Drawn whether it is wanted or not: the next question's examples depend on it.
                IReadOnlyList<TaskDocument> examples = sampler.Next(items[i]);
                ItemKey[] keys = [.. Enumerable.Range(0, Generation?.Samples ?? 1)
                    .Select(s => new ItemKey(subset, i, s)).Where(wants)];
                if (keys.Length == 0)
                    continue;
                TaskPrompt prompt = writer.Write(items[i], examples);
                foreach (ItemKey key in keys)
                    yield return Item(model, key, items[i], prompt, judge);
            }
        }
    }

    private AskedItem Item(
        ILanguageModel model, ItemKey key, TaskDocument document, TaskPrompt prompt, AnswerJudge judge) =>
        Task.Kind switch
        {
            TaskKind.MultipleChoice => new ChoiceItem(model, Task, key, document, prompt),
            TaskKind.Perplexity => new TextItem(model, Task, key, document, prompt.Text),
            _ => new WrittenItem(model, key, document, prompt, Generation!, Seed(key), judge),
        };

    /// <summary>A seed of its own for each answer, whatever else is asked.</summary>
    private ulong Seed(ItemKey key) =>
        CounterRandom.For(_settings.Seed, $"{Task.Id} {key.Subset} {key.Sample}").Bits((ulong)key.Item);
}
