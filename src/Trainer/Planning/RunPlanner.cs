using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Planning;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Planning;

/// <summary>
/// Plans a run on a GPU by running it: model, optimizer and one step of a micro-batch of full rows, on a driver that
/// only keeps account of memory. The same code allocates as in training, so the figures are its own. A run on the
/// host is planned as if it were a GPU: but for workspace, the tensors are the same.
/// </summary>
internal static class RunPlanner
{
    /// <summary>Of a forward and a backward pass: scores and values, and five products on the way back.</summary>
    private const double AttentionProducts = 2, AttentionBackwardProducts = 5;

    /// <summary>
    /// Of a run that leaves to its plan how many layers are computed again, the plan with the fewest that fit; with
    /// all of them where none fits.
    /// </summary>
    /// <param name="benchmarkTokens">The longest prompt and answer of its benchmarks, where they are known.</param>
    /// <exception cref="UserException">Data of the run's benchmarks is not there, or cannot be read.</exception>
    public static RunPlan Plan(RunConfig run, GpuModel device, int? benchmarkTokens = null)
    {
        if (HostModel.Is(device))
            return Made(HostModel.OnHost(run), device, benchmarkTokens);
        if (run.Recompute != RecomputeKind.Auto || run.LayersAgain is not null)
            return Made(run, device, benchmarkTokens);
        int layers = ModelConfig.Load(run.Model).NumLayers;
        RunPlan none = With(0);
        if (none.Fits)
            return none;
        benchmarkTokens = none.BenchmarkTokens;
        RunPlan all = With(layers);
        if (!all.Fits)
            return all;

        // Each layer that is computed again frees as much, but for pages: the guess is right, or nearly so.
        double tooMuch = none.NeededBytes - device.MemoryBytes, freed = none.NeededBytes - all.NeededBytes;
        int again = Math.Clamp((int)Math.Ceiling(tooMuch / freed * (layers - 1)), 1, layers - 1);
        RunPlan plan = With(again);
        while (!plan.Fits && ++again < layers)
            plan = With(again);
        return plan.Fits ? plan : all;

        RunPlan With(int count) => Made(run with { LayersAgain = count }, device, benchmarkTokens);
    }

    private static RunPlan Made(RunConfig run, GpuModel device, int? benchmarkTokens)
    {
        var work = new WorkCount(device);
        using var driver = new PlanningDriver(device);
        using Ops ops = CudaBackend.Create(
            driver, 0, KernelImages.Carried, run.Device.GpuActivationType, meter: work,
            plansLibrary: run.Device.Gemm != GemmKind.Builtin);
        ModelConfig config = ModelConfig.Load(run.Model);
        using TrainingSession session = Session(
            run, config, ops, ModelWeights.Planned(config, run.Init.Kind == InitKind.Random));
        TokenRow[] batch = session.Rows(0);

        // A step is an update and its micro-batches: steps of one and of two of them tell both.
        (Work before, QueuedWork beforeOne) = (work.Sum, work.Queued(driver.Fills));
        session.Optimization.Update(batch, run.MicroBatch);
        (Work one, QueuedWork beforeTwo) = (work.Sum - before, work.Queued(driver.Fills));
        session.Optimization.Update([.. batch, .. batch], run.MicroBatch);
        Work micro = work.Sum - before - (2 * one), update = one - micro;
        QueuedWork queued = work.Queued(driver.Fills) - beforeTwo - (beforeTwo - beforeOne);
        long pages = driver.HighWaterBytes - session.TensorBytes;
        Decode(session);
        int longest = Benchmarks(session, benchmarkTokens);
        double microBatches = run.Order.LargestBatch / (double)run.MicroBatch;
        return new RunPlan(
            device, session.Memory, driver.HighWaterBytes, pages, session.OffloadedBytes,
            (long)run.Order.LargestBatch * run.Data.Context, (microBatches * micro) + update, queued,
            (long)run.MicroBatch * run.Data.Context,
            run.LayersAgain is { } again ? (again, config.NumLayers) : null,
            AttentionFlops(run, config, session.HasBaseLoss), longest);
    }

    /// <summary>The run with a micro-batch of full rows for its data.</summary>
    internal static TrainingSession Session(RunConfig run, ModelConfig config, Ops ops, ModelWeights weights)
    {
        RunConfig small = run with
        {
            Order = run.Order with { GlobalBatch = run.MicroBatch },
            BaseCacheBytes = null,
        };
        return new TrainingSession(
            small, ops, new ProgressPrinter(TextWriter.Null), CancellationToken.None, Rows(small, config), weights);
    }

    /// <summary>A round of benchmarks at its fullest.</summary>
    /// <returns>Tokens of its longest prompt and answer; 0 without benchmarks.</returns>
    private static int Benchmarks(TrainingSession session, int? known)
    {
        int longest = known ?? BenchmarkRound.Of(session)?.Longest() ?? 0;
        if (longest > 0)
            BenchmarkRound.Rehearse(session, longest);
        return longest;
    }

    /// <summary>Samples and questions: a prompt and a token, over the caches that they work with.</summary>
    private static void Decode(TrainingSession session)
    {
        TransformerWeights weights = session.Model.Student.Weights;
        if (session.Run.Samples > 0)
            Generate(Samples.Batch(session));
        if (session.Questions is { } questions)
            Generate(questions.Batch(weights));

        static void Generate(GenerationBatch batch)
        {
            using GenerationBatch used = batch;
            used.Add(new GenerationRequest(new int[used.Longest - 1], 2));
            while (!used.IsIdle)
                used.Step();
        }
    }

    /// <summary>Refuses a run that there is not the memory for, before anything of it is loaded.</summary>
    /// <returns>The run, with the number of layers that it computes again.</returns>
    /// <exception cref="UserException">Says what memory is for, and the smallest change that would fit.</exception>
    public static RunConfig RequireFits(RunConfig run, GpuModel device)
    {
        RunPlan plan = Plan(run, device);
        RequireHostMemory(plan);
        if (plan.Fits)
            return run with { LayersAgain = plan.LayersAgain?.Again };
        string table = string.Concat(plan.Table.Select(m => $"\n  {ShownSize.Of(m.Bytes),12}  {m.What}"));
        throw new UserException(
            $"{device.Name}: memory: expected {ShownSize.Of(plan.NeededBytes)} free, got "
            + $"{ShownSize.Of(device.MemoryBytes)}: "
            + $"{FittingChange.Sentence(run, device, plan.BenchmarkTokens)}.{table}");
    }

    private static void RequireHostMemory(RunPlan plan)
    {
        long there = MachineInfo.Read().TotalMemory;
        if (plan.HostBytes > there)
        {
            throw new UserException(
                $"{OptimizerKeys.Offload.Path}: host memory: expected {ShownSize.Of(plan.HostBytes)} for moments and "
                + $"master weights, got {ShownSize.Of(there)}. Set it to false, or train a LoRA adapter (method: "
                + "lora).");
        }
    }

    /// <summary>A micro-batch of full rows, half of them general, each one document.</summary>
    private static TrainingData Rows(RunConfig run, ModelConfig config)
    {
        int[] document = [.. Enumerable.Range(0, run.Data.Context).Select(i => i % config.VocabSize)];
        PackedCorpus Of(string name, CorpusKind kind, int rows) => PackedCorpus.OfRows(
            name, kind, run.Data.Context, [.. Enumerable.Repeat<IReadOnlyList<int[]>>([document], rows)]);
        PackedCorpus none = Of("none", CorpusKind.Domain, 0);
        int general = run.MicroBatch / 2;
        Corpus[] corpora =
        [
            new(Of("domain", CorpusKind.Domain, run.MicroBatch - general), none),
            new(Of("general", CorpusKind.General, general), none),
        ];
        RowId[] order =
        [
            .. Enumerable.Range(0, run.MicroBatch - general).Select(i => new RowId(0, i)),
            .. Enumerable.Range(0, general).Select(i => new RowId(1, i)),
        ];
        CorpusRows[] rows = [.. corpora.Select(c => new CorpusRows(c.Train.Rows, c.Kind))];
        return new TrainingData(corpora, TrainingOrder.Given(rows, order, run.MicroBatch, steps: 1));
    }

    private static double AttentionFlops(RunConfig run, ModelConfig config, bool hasBase)
    {
        // Causal: half of the context by context scores.
        double product = 2.0 * run.Data.Context * run.Data.Context / 2 * config.NumHeads * config.HeadDim;
        int layers = config.NumLayers, again = Activations.AttentionAgain(run.Retention, layers);
        double forward = AttentionProducts * (((hasBase ? 2 : 1) * layers) + again);
        return product * run.Order.LargestBatch * (forward + (AttentionBackwardProducts * layers));
    }
}
