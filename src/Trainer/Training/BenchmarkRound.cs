using MolEngine.Engine.Chat;
using MolEngine.Engine.Models.Common;
using MolEngine.Evaluation;
using MolEngine.Evaluation.Harness;
using MolEngine.Evaluation.Models;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Documents;
using MolEngine.Evaluation.Tasks.Results;
using MolEngine.Evaluation.Tasks.Scoring;
using MolEngine.Runs;
using MolEngine.Runs.Records;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Training;

/// <summary>
/// The benchmarks of a run: put to the model it starts from, to the student every so many steps, and after the last.
/// Every answer is kept in the run directory.
/// </summary>
internal sealed class BenchmarkRound
{
    /// <summary>Prompts at once: training has most of the memory.</summary>
    private const int Rows = 4;

    /// <summary>Bytes of keys and values, where one prompt alone does not take more.</summary>
    private const long CacheBytes = 256L << 20;

    private readonly TrainingSession _session;
    private readonly BenchmarkSettings _settings;
    private readonly PreparedTask[] _tasks;
    private readonly ChatTemplate? _template;
    private readonly string[] _data;

    private BenchmarkRound(TrainingSession session, BenchmarkSettings settings)
    {
        (_session, _settings) = (session, settings);
        ChatTemplates templates = ChatTemplates.Load(session.Run.Model);
        _template = templates.IsFallback ? null : templates.ForPlain();
        var finder = new DataFinder(settings.Data, NamedInputs.OfAddress);
        var how = new EvalSettings { Limit = settings.Limit, Seed = session.Run.Seed };
        _tasks =
        [
            .. TaskLibrary.Find(settings.Tasks).Select(t => new PreparedTask(t, finder.FindAll(t), how, _template)),
        ];
        _data = [.. _tasks.Select(t => Digests.OfText(string.Join('\n', t.DataFiles.Select(Digests.OfFile))))];
    }

    /// <summary>The tasks with their items, for people.</summary>
    public IEnumerable<(string Task, int Items)> Tasks => _tasks.Select(t => (t.Choice.Id, t.Items));

    /// <summary>Null where the run has no benchmarks.</summary>
    /// <exception cref="UserException">Their data is not there, or cannot be read.</exception>
    public static BenchmarkRound? Of(TrainingSession session) =>
        session.Run.Benchmarks is { } settings ? new BenchmarkRound(session, settings) : null;

    /// <summary>Tokens of the longest prompt with what is scored, or may be written, behind it.</summary>
    public int Longest()
    {
        using EngineModel model = Model(_session, _session.Model.Student.Weights);
        return _tasks.SelectMany(t => t.Ask(model, Judge(t, CancellationToken.None), _ => true)).Max(i => Math.Max(
            i.Scorings.Select(s => s.Context.Length + s.Continuation.Length).DefaultIfEmpty().Max(),
            i.Writing is { } w ? w.Prompt.Length + w.MaxTokens : 0));
    }

    /// <summary>Takes the memory that a round takes at its fullest.</summary>
    /// <param name="longest">As <see cref="Longest"/> has it.</param>
    public static void Rehearse(TrainingSession session, int longest)
    {
        using EngineModel model = Model(session, session.Model.Student.Weights);
        var request = new ScoringRequest(new int[longest - 1], [0]);
        model.Score([.. Enumerable.Repeat(request, Rows)], (_, _) => { }, CancellationToken.None);
    }

    /// <summary>Whether they are asked after <paramref name="step"/> steps, be it the last or not.</summary>
    public bool IsDue(long step) => step == 0 || (_settings.Every > 0 && step % _settings.Every == 0);

    /// <summary>Asks all tasks. What is in the run directory of the same round already is not asked again.</summary>
    /// <param name="progress">Told of each task how many answers are scored, and of how many.</param>
    /// <returns>The headline of each task.</returns>
    public IReadOnlyList<(string Task, Estimate Score)> Ask(
        long step, CancellationToken cancel, Func<string, Action<long, long>> progress)
    {
        TransformerWeights weights = step == 0 ? _session.Model.Start : _session.Model.Student.Weights;
        using EngineModel model = Model(_session, weights);
        var scores = new List<(string Task, Estimate Score)>();
        for (int i = 0; i < _tasks.Length; i++)
        {
            PreparedTask task = _tasks[i];
            using ResultLog log = Log(task, _data[i], step);
            var run = new TaskRun(model, task, Judge(task, cancel), log, progress(task.Choice.Id));
            run.Run(cancel);
            scores.Add((task.Choice.Id, TaskResult.Of(task, log.Scores, run.Cut.Answers).Whole[0]));
        }

        Keep(step, scores);
        return scores;
    }

    private static EngineModel Model(TrainingSession s, TransformerWeights weights) =>
        new(s.Ops, s.Model.Config, weights, s.Model.Tokenizer, s.Stops, Rows, CacheBytes);

    private AnswerJudge Judge(PreparedTask task, CancellationToken cancel) =>
        new(task.Task, task.UsesChat ? _template?.Thinking : null, null, cancel);

    /// <summary>Adds a round to those of the run directory; what stands there of it, or of later steps, a resumed run
    /// has asked again.</summary>
    private void Keep(long step, IReadOnlyList<(string Task, Estimate Score)> scores)
    {
        string output = _session.Run.Output;
        RunFacts.Write(output,
        [
            .. RunFacts.Benchmarks(output).Where(b => b.Step < step),
            .. scores.Zip(_tasks, (s, t) => new BenchmarkScore(
                s.Task, s.Score.Score, string.Join("; ", TaskResult.HowOf(t)), step, s.Score.Value, s.Score.Low,
                s.Score.High, s.Score.Items)),
        ]);
    }

    /// <summary>The log of a task after so many steps. A resumed run may ask otherwise: that is another file.</summary>
    private ResultLog Log(PreparedTask task, string data, long step)
    {
        Dictionary<string, string> identity = new()
        {
            ["task"] = task.Choice.Id,
            ["task_file"] = Digests.OfText(task.Task.Yaml),
            ["data"] = data,
            ["how"] = string.Join("; ", TaskResult.HowOf(task)),
        };
        string name = LogName.Of(task, identity);
        return new ResultLog(Path.Combine(RunDirectory.BenchmarkFolder(_session.Run.Output, step), name), identity);
    }
}
