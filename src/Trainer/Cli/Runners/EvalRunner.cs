using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Evaluation.Harness;
using MolEngine.Evaluation.Models;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Documents;
using MolEngine.Evaluation.Tasks.Scoring;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Cli.Runners;

internal static class EvalRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(EvalOptions options, CommandContext context)
    {
        // All that may be wrong with tasks and data is told before a model is loaded.
        ChatTemplates templates = ChatTemplates.Load(options.Model);
        ChatTemplate? template = templates.IsFallback ? null : templates.For(options.Settings.ChatVariables);
        PreparedTask[] tasks = Prepared(options, template);
        using Ops ops = ComputeDevice.Open(options.Device, OptionNames.Device, context.Error.WriteLine);
        using InferenceModel model = Loading.Model(ops, options.Model, options.Adapter, context);
        Tokenizer tokenizer = Loading.Told(model.LoadTokenizer(), context);
        var files = new EvalFiles(options, model.Config, ops);
        IReadOnlyList<int> stops = StopIds.Of(options.Model, tokenizer, options.Settings.ChatVariables);
        int rows = options.Rows ?? Batches.UsualRows(ops);
        using var asked = new EngineModel(ops, model.Config, model.Weights, tokenizer, stops, rows);
        var logs = new List<ResultLog>();
        try
        {
            foreach (PreparedTask task in tasks)
                logs.Add(files.Open(task));
            var results = new List<TaskResult>();
            for (int i = 0; i < tasks.Length; i++)
            {
                results.Add(Asked(tasks[i], asked, template, options.AllowsCode, logs[i], context));
                files.Write(results[i], logs[i].Path);
            }

            Tell(options, results, [.. logs.Select(l => l.Path)], context);
        }
        finally
        {
            logs.ForEach(l => l.Dispose());
        }

        return ExitCode.Done;
    }

    public static int List(CommandContext context)
    {
        foreach (EvalTask task in TaskLibrary.All)
        {
            string parts = task.Subsets.Count == 0 ? ""
                : $" {Counts.Of(task.Subsets.Count, "subset")}: {task.Name}_{task.Subsets[0].Name}, ...";
            if (task.Groups.Count > 0)
                parts += $" Groups: {string.Join(", ", task.Groups.Select(g => g.Name))}.";
            context.WriteLine($"{task.Id,-28} {task.About}{parts}");
        }

        return ExitCode.Done;
    }

    public static int Show(string task, CommandContext context)
    {
        context.Out.Write(TaskLibrary.Show(task));
        return ExitCode.Done;
    }

    /// <summary>The tasks with their data read.</summary>
    /// <exception cref="UserException">A task or its data is not there, or cannot be read.</exception>
    internal static PreparedTask[] Prepared(EvalOptions options, ChatTemplate? template)
    {
        IReadOnlyList<TaskChoice> choices = TaskLibrary.Find(options.Tasks);
        if (!options.AllowsCode && choices.FirstOrDefault(c => c.Task.Code is not null) is { } code)
        {
            throw new UserException(
                $"--tasks: {code.Id}: expected --allow-code-execution beside a task that runs the programs which the "
                    + "model writes, got none. Read what confines them first: docs/evaluation.md");
        }

        var finder = new DataFinder(options.Data, NamedInputs.OfAddress);
        return [.. choices.Select(c => new PreparedTask(c, finder.FindAll(c), options.Settings, template))];
    }

    /// <summary>Asks what is not in the log yet.</summary>
    internal static TaskResult Asked(
        PreparedTask task, EngineModel model, ChatTemplate? template, bool allowsCode, ResultLog log,
        CommandContext context)
    {
        CancellationToken cancel = context.Interrupted;
        using IRunDisplay display = context.OpenDisplay(context.Error);
        display.Note($"{task.Choice.Id}: {Counts.Of(task.Items, "item")} into {log.Path}"
            + (log.Found > 0 ? $", {Counts.Of(log.Found, "answer")} of which were there" : ""));
        SandboxedPrograms? programs = task.Task.Code is { } code ? new(code, allowsCode) : null;
        if (programs is not null)
            display.Note($"{task.Choice.Id}: programs run in a child python3, confined by {programs.Confinement}");
        var judge = new AnswerJudge(task.Task, task.UsesChat ? template?.Thinking : null, programs, cancel);
        var run = new TaskRun(model, task, judge, log, display.Doing(task.Choice.Id, "answer"));
        try
        {
            run.Run(cancel);
        }
        catch (OperationCanceledException)
        {
            string kept = Counts.Of(log.Scores.Count, "answer");
            display.Note($"{log.Path}: {kept} kept; the same command goes on from there");
            throw;
        }

        return TaskResult.Of(task, log.Scores, run.Cut.Answers);
    }

    private static void Tell(
        EvalOptions options, IReadOnlyList<TaskResult> results, IReadOnlyList<string> logs, CommandContext context)
    {
        if (!options.Json)
        {
            foreach (string line in ResultTable.Lines(results))
                context.WriteLine(line);
            return;
        }

        (TaskResult, string?)[] all = [.. results.Zip(logs, (r, l) => (r, (string?)l))];
        if (options.JsonFile is { } file)
        {
            DurableFiles.Write(file, to => ResultJson.Write(to, options.Model, options.Adapter, all));
            context.WriteLine($"{file}: {Counts.Of(results.Count, "task")}");
            return;
        }

        using var stream = new MemoryStream();
        ResultJson.Write(stream, options.Model, options.Adapter, all);
        context.Out.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }
}
