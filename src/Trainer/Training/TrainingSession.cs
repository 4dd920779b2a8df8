using MolEngine.Data;
using MolEngine.Engine.BaseCaching;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Optim;
using MolEngine.Engine.Training;
using MolEngine.Engine.Weights;
using MolEngine.Evaluation;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Runs.Records;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Ranks;

namespace MolEngine.Trainer.Training;

/// <summary>
/// Everything a run trains with: model, rows and their order, optimizer. Made from the config alone, before anything is
/// written.
/// </summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly Arena _states;
    private readonly LossPass _pass;
    private readonly LossOptions _loss;
    private readonly TrainingData _data;
    private readonly bool _ownsData;

    /// <param name="display">Told what is loaded and read.</param>
    /// <param name="cancel">Looked at between the long parts: loading, tokenizing.</param>
    /// <param name="data">Trained on instead of the config's corpora, where given.</param>
    /// <param name="stored">The model's weights, where they are not to be read; disposed of with this.</param>
    /// <param name="team">The ranks that train it; null: this process alone.</param>
    public TrainingSession(
        RunConfig run, Ops ops, IRunDisplay display, CancellationToken cancel, TrainingData? data = null,
        ModelWeights? stored = null, RankTeam? team = null)
    {
        team ??= RankTeam.Alone;
        Run = run;
        Ops = ops;
        Model = new RunModel(run, ops, stored, display.Doing("loading the model", "tensor"));
        display.Doing("opening the corpora");
        cancel.ThrowIfCancellationRequested();
        Texts = DocumentTokenizer.Of(Model.Tokenizer, Model.Config, run.Model, run.Data);
        Stops = Texts.StopIds(run.Model);
        Questions = Asked(run, ops, Model, Texts, Stops);

        // Now: what the run is trained with is what it saves, whatever becomes of the file.
        string? template = run.Data.ChatTemplate is { } file ? ChatTemplates.TextOf(file) : null;
        _ownsData = data is null;
        _data = data ?? TrainingData.Load(run.Data, run.Order, Texts, run.Threads, display, cancel);
        Prompting = RunPrompting.Of(Texts, template, Corpora.Any(c => c.Source.Dialogues > 0));
        _loss = run.Loss.Options with { TopN = Math.Min(run.Loss.TopN, Model.Config.VocabSize) };
        Cache = BaseCacheFile.Open(run, ops, Model.Config.VocabSize, _loss.TopN, Corpora);
        _pass = new LossPass(
            ops, Model.Config, run.MicroBatch * run.Data.Context, run.Data.Context, Model.Base is null ? 0 : _loss.TopN,
            run.Retention, Model.Student.Weights, Model.Base, Cache, run.LayersAgain);
        OptimizerSettings o = run.Optimizer;
        _states = ops.CreateArena("optimizer", o.Offload);
        Optimizer = new AdamW(
            ops, new AdamWOptions(o.Beta1, o.Beta2, o.Eps, o.WeightDecay, o.Clip), Model.Student.Parameters, _states);
        Schedule = new LearningRateSchedule(
            o.Schedule, o.LearningRate, checked((int)Order.Steps), checked((int)o.WarmupOf(Order.Steps)),
            o.WarmupFromZero);
        Ranks = new DataParallel(team.Ranks, Model.Config, Model.Student.Parameters);
        Optimization = new MolOptimization(
            ops, _pass, Model.Student, HasBaseLoss ? Model.Base : null, _loss, Optimizer, Schedule, Ranks);
        Validation = new Validation(
            _pass, Model.Student, Model.Base, _loss, Corpora, run.Validate.Documents,
            run.MicroBatch * run.Data.Context, Ranks);
        Joint = new JointWork(this, team);
    }

    public RunConfig Run { get; }

    public Ops Ops { get; }

    public RunModel Model { get; }

    public DocumentTokenizer Texts { get; }

    /// <summary>What the base says of rows, from the disk; null where nothing is kept.</summary>
    public BaseCache? Cache { get; }

    /// <summary>Ids that end what the model writes: read before the first step, though used after the last.</summary>
    public IReadOnlyCollection<int> Stops { get; }

    /// <summary>How what the run makes is prompted.</summary>
    public Prompting Prompting { get; }

    /// <summary>Null where nothing is asked.</summary>
    public Questionnaire? Questions { get; }

    public IReadOnlyList<Corpus> Corpora => _data.Corpora;

    public TrainingOrder Order => _data.Order;

    /// <summary>Whether the loss has a KL divergence to the base model.</summary>
    public bool HasBaseLoss => Run.NeedsBase;

    /// <summary>
    /// Whether KL to the base model is all that is trained with, and the student starts as the base itself: a new
    /// adapter adds 0, with dropout too. The loss is then 0, its least, and so is its gradient.
    /// </summary>
    public bool StartsAtItsGoal => HasBaseLoss && Model.From is null && Run.Base is null
        && Corpora.Select((c, i) => (Corpus: c, Index: i))
            .All(c => Order.RowsPerEpochOf(c.Index) == 0 || LossesOf(c.Corpus).CrossEntropy == 0);

    public AdamW Optimizer { get; }

    public LearningRateSchedule Schedule { get; }

    public MolOptimization Optimization { get; }

    public Validation Validation { get; }

    /// <summary>How ranks share what is computed.</summary>
    public DataParallel Ranks { get; }

    /// <summary>What all ranks compute together.</summary>
    public JointWork Joint { get; }

    /// <summary>What memory is for, and how many bytes of it, where it is computed.</summary>
    public IReadOnlyList<(string What, long Bytes)> Memory =>
    [
        ("weights", Model.WeightBytes),
        ("gradients", Model.GradientArena.Bytes),
        ("optimizer", _states.IsOffloaded ? 0 : _states.Bytes),
        ("activations", _pass.Bytes),
        ("workspace", Ops.WorkspaceBytes),
    ];

    /// <summary>Bytes of weights, gradients, optimizer states and activations.</summary>
    public long TensorBytes => Memory.Sum(m => m.Bytes);

    /// <summary>
    /// Bytes of optimizer states and master weights that are kept from a device, in the host's memory.
    /// </summary>
    public long OffloadedBytes => Model.OffloadedBytes + (_states.IsOffloaded ? _states.Bytes : 0);

    /// <summary>How many layers are computed again, in words, where the plan chose; else null.</summary>
    public string? LayersAgain => Run.LayersAgain is not { } again
        ? null
        : $"{again} of {Model.Config.NumLayers} layers, as many as the GPU's memory demands";

    /// <summary>What came out of the data.</summary>
    public DataStatistics Data => DataStatistics.Of(Run.Data, Run.Order.Ratio, Corpora, Order, Texts);

    /// <summary>Who trains what, on what, when.</summary>
    public RunSummary Summary(DateTimeOffset started) => new(
        $"{Run.Model} ({Model.Config.Architecture})", Ops.Description, $"{Model.TrainableParameters:N0}", Order.Steps,
        RunSummary.Time(started), Finished: null)
    {
        Processor = MachineInfo.Read().Processor,
        Simd = Ops.Gpu is null ? SimdLevels.Best.ToString() : null,
        Threads = Run.Threads,
        Recompute = LayersAgain,
    };

    /// <summary>What a checkpoint of this run belongs to.</summary>
    public RunIdentity Identity()
    {
        // What "auto" has become: another precision, or products by another library, give other bits.
        var became = new Dictionary<string, string>
        {
            [DeviceKeys.Precision.Path] = DeviceKeys.PrecisionOf(Ops),
            [DeviceKeys.Gemm.Path] = DeviceKeys.GemmOf(Ops),
        };
        var identity =
            RunIdentity.Of(Digests.OfModel(Run.Model), Digests.OfRows(Corpora), Run.Settings.Values, became);
        return identity with { Files = InputFiles.Of(Run.Model, Model.From, Run.Base) };
    }

    /// <summary>The loss of a validation: the mean over corpora of what their rows are trained with.</summary>
    public double? ValidationLoss(IReadOnlyList<CorpusFigures> corpora) => corpora.Count == 0
        ? null
        : corpora.Average(c => c.Loss);

    /// <summary>What a corpus's rows are trained with.</summary>
    public TokenWeights LossesOf(Corpus corpus) => _loss.Weights(corpus.Kind, corpus.Train.Losses);

    /// <inheritdoc cref="TrainingData.Rows"/>
    public TokenRow[] Rows(long step, long skipped = 0) => _data.Rows(step, skipped);

    public void Dispose()
    {
        Cache?.Dispose();
        Ranks.Dispose();
        _pass.Dispose();
        _states.Dispose();
        Model.Dispose();
        if (_ownsData)
            _data.Dispose();
    }

    private static Questionnaire? Asked(
        RunConfig run, Ops ops, RunModel model, DocumentTokenizer texts, IReadOnlyCollection<int> stops)
    {
        if (run.Questions is not { } settings)
            return null;
        IReadOnlyList<Question> questions = QuestionFile.Read(settings.File, texts, model.Tokenizer);
        return new Questionnaire(ops, model.Config, model.Tokenizer, questions, settings.MaxTokens, stops);
    }
}
