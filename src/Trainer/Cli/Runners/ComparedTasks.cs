using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Evaluation.Comparing;
using MolEngine.Evaluation.Harness;
using MolEngine.Evaluation.Models;
using MolEngine.Kernels.Ops;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>The tasks of a comparison, asked as <c>eval</c> asks them: what it has asked before is not asked again.
/// </summary>
internal sealed class ComparedTasks
{
    private readonly CompareOptions _options;
    private readonly string _folder;
    private readonly ChatTemplate? _template;
    private readonly PreparedTask[] _tasks;

    /// <param name="folder">Model folder whose chat template asks.</param>
    /// <exception cref="UserException">A task or its data is not there, or cannot be read.</exception>
    public ComparedTasks(CompareOptions options, string folder)
    {
        (_options, _folder) = (options, folder);
        ChatTemplates templates = ChatTemplates.Load(folder);
        _template = templates.IsFallback ? null : templates.ForPlain();
        _tasks = options.Tasks is null ? [] : EvalRunner.Prepared(Options(null, ""), _template);
    }

    public IReadOnlyList<PreparedTask> Tasks => _tasks;

    /// <summary>The answers to each task.</summary>
    /// <param name="adapter">On the folder's model; null: none.</param>
    /// <param name="name">Of the model, for its folder of answers.</param>
    public IReadOnlyList<IReadOnlyList<ItemAnswer>> Ask(
        string? adapter, string name, Ops ops, ModelConfig config, TransformerWeights weights, Tokenizer tokenizer,
        CommandContext context)
    {
        if (_tasks.Length == 0)
            return [];
        var files = new EvalFiles(Options(adapter, name), config, ops);
        IReadOnlyList<int> stops = StopIds.Of(_folder, tokenizer, MapValue.Empty);
        using var model = new EngineModel(ops, config, weights, tokenizer, stops, Batches.UsualRows(ops));
        var answers = new List<IReadOnlyList<ItemAnswer>>();
        foreach (PreparedTask task in _tasks)
        {
            string path, score;
            using (ResultLog log = files.Open(task))
            {
                TaskResult result = EvalRunner.Asked(task, model, _template, _options.AllowsCode, log, context);
                files.Write(result, log.Path);
                (path, score) = (log.Path, result.Whole[0].Score);
            }

            answers.Add(AnswerLog.Read(path, score));
        }

        return answers;
    }

    private EvalOptions Options(string? adapter, string name) => new(
        _folder, adapter, _options.Tasks!, _options.Data,
        _options.Out is { } folder ? Path.Combine(folder, "answers", FileName(name)) : null,
        new EvalSettings { Limit = _options.Limit, Seed = _options.Seed }, null, _options.AllowsCode, false, null,
        _options.Device);

    private static string FileName(string name) =>
        string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '.' or '+' ? c : '_'));
}
