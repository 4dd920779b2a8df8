using System.Globalization;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Data.Settings;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Optim;
using MolEngine.Runs.Advising;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Training;

/// <summary>What can be said of a plan before it runs: that it would train nothing, or that it is odd.</summary>
internal static class PlanCheck
{
    /// <exception cref="UserException">Nothing would be trained: says why, and the way out.</exception>
    public static void Require(TrainingSession s)
    {
        OptimizerSettings o = s.Run.Optimizer;
        if (o.LearningRate == 0)
        {
            throw new UserException(
                $"{OptimizerKeys.LearningRate.Path}: expected a rate above 0, got 0: nothing would be trained. Raise "
                + "it; `molengine score` measures a model as it is.");
        }

        if (s.Schedule.Highest == 0)
        {
            string warmup = o.WarmupSteps is null ? OptimizerKeys.WarmupRatio.Path : OptimizerKeys.WarmupSteps.Path;
            throw new UserException(
                $"{warmup}: expected a step after the first of the warm-up, whose learning rate is 0, got "
                + $"{Counts.Of(s.Order.Steps, "step")} in all: nothing would be trained. Set {warmup} to 0 or "
                + $"{OptimizerKeys.WarmupFromZero.Path} to false, or make it more steps: lower "
                + $"{OrderKeys.GlobalBatch.Path} ({s.Order.GlobalBatch}), or raise "
                + $"{OrderKeys.Epochs.Path} or {OrderKeys.Steps.Path}.");
        }

        if (s.StartsAtItsGoal && !DecayMoves(s))
        {
            throw new UserException(
                "loss: expected a part of cross-entropy, or another start than the base model itself, got KL alone, "
                + "which is 0 there and has no gradient: nothing would be trained. Choose mol or ce "
                + $"({LossKeys.Kind.Path}), or start from an adapter ({LoraKeys.From.Path}).");
        }
    }

    /// <summary>What of the plan may not be what was meant, a line each.</summary>
    public static IEnumerable<string> Oddities(TrainingSession s)
    {
        TrainingOrder order = s.Order;
        LearningRateSchedule schedule = s.Schedule;
        if (schedule.WarmupSteps >= schedule.TotalSteps)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"warm-up takes all of the {schedule.TotalSteps:N0} steps: the learning rate rises to "
                    + $"{schedule.Highest} and never reaches {schedule.Peak}");
        }

        if (s.Run.BaseCacheBytes is not null && !s.HasBaseLoss)
        {
            yield return $"{ConfigKeys.BaseCache.Path} has no effect: no corpus has a loss that asks for the base "
                + "model";
        }

        foreach (string line in OddData(s.Run, s.Model.Config, s.Corpora, order))
            yield return line;
        if (s.StartsAtItsGoal && DecayMoves(s))
        {
            yield return "weight decay alone moves the weights: KL, which is all of the loss, only holds them to the "
                + "base model that they start as";
        }
    }

    /// <summary>What of the data, its order and its rows may not be what was meant, a line each.</summary>
    /// <param name="model">Of the model that is trained.</param>
    public static IEnumerable<string> OddData(
        RunConfig run, ModelConfig model, IReadOnlyList<Corpus> corpora, TrainingOrder order)
    {
        if (order.TotalRows < order.GlobalBatch)
        {
            yield return $"the only step has {Counts.Of(order.TotalRows, "row")}, fewer than global_batch "
                + $"({Counts.Of(order.GlobalBatch)})";
        }

        foreach (string line in OfGeneralText(run, corpora, order))
            yield return line;
        int longest = model.MaxPositionEmbeddings, context = run.Data.Context;
        if (context > longest)
        {
            yield return $"{DataKeys.Context.Path} ({Counts.Of(context)}) is above the model's "
                + $"max_position_embeddings ({Counts.Of(longest)}): it has not learned what lies beyond";
        }

        foreach (Corpus corpus in corpora.Where(c => c.HeldOut.Documents == 0))
        {
            if (run.Validate.Every > 0)
            {
                yield return $"nothing of corpus {corpus.Name} is held out, and no validation tells of it: it is too "
                    + $"small for {DataKeys.HeldOut}, or {DataKeys.HeldOut} is too small for any of its documents";
            }
        }

        foreach (int corpus in Unseen(corpora.Count, order))
        {
            yield return $"no row of corpus {corpora[corpus].Name} is seen: the run takes "
                + $"{Counts.Of(order.TotalRows, "row")} of the {Counts.Of(order.RowsPerEpoch)} of an epoch";
        }
    }

    /// <summary>What holds the model to what it knew: whether there is such text, and how often it is seen.</summary>
    private static IEnumerable<string> OfGeneralText(
        RunConfig run, IReadOnlyList<Corpus> corpora, TrainingOrder order)
    {
        bool needsGeneral = run.Loss.Kind is LossKind.Mol or LossKind.Kl;
        if (needsGeneral && run.Order.Ratio > 0 && corpora.All(c => c.Kind == CorpusKind.Domain))
        {
            yield return "no corpus is general: KL on domain text alone holds the model to what it knew. Add text of "
                + "other kinds (kind: general), or set ratio to 0";
        }

        foreach ((Corpus corpus, int index) in corpora.Select((c, i) => (c, i)))
        {
            double times = order.RowsPerEpochOf(index) / Math.Max(1, corpus.Train.Rows);
            if (corpus.Kind == CorpusKind.General && times > AdviceRules.MostRepeats)
            {
                yield return $"general corpus {corpus.Name} is seen {times:0.#} times an epoch: add general text, or "
                    + $"lower {OrderKeys.Ratio.Path}";
            }
        }
    }

    /// <summary>Whether weight decay changes what the student computes: a new adapter's B is 0 and stays so.</summary>
    private static bool DecayMoves(TrainingSession s) =>
        s.Run.Method == TrainingMethod.Full && s.Run.Optimizer.WeightDecay > 0;

    /// <summary>Corpora that an epoch has rows of, and this run, which is shorter, has not.</summary>
    private static IEnumerable<int> Unseen(int corpora, TrainingOrder order)
    {
        if (order.TotalRows >= order.RowsPerEpoch)
            return [];
        HashSet<int> seen = [];
        for (long position = 0; position < order.TotalRows; position++)
            seen.Add(order.At(position).Corpus);
        return Enumerable.Range(0, corpora).Where(c => order.RowsPerEpochOf(c) > 0 && !seen.Contains(c));
    }
}
