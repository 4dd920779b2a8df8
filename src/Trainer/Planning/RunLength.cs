using MolEngine.Data;
using MolEngine.Engine.Models;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Planning;

/// <summary>How much a run trains on.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="GlobalBatch">Rows of a step.</param>
/// <param name="Tokens">Of all rows, taken as full.</param>
internal sealed record RunLength(long Steps, int GlobalBatch, double Tokens)
{
    /// <summary>By the config alone; null where the data decides.</summary>
    public static RunLength? Stated(RunConfig run) =>
        run.Order is { Steps: { } steps, GlobalBatch: { } batch }
            ? new RunLength(steps, batch, (double)steps * batch * run.Data.Context)
            : null;

    /// <summary>
    /// By the config alone where it says steps and batch; else the data is read, as training reads it: what is
    /// tokenized is kept for it.
    /// </summary>
    /// <param name="display">Told what is read.</param>
    /// <exception cref="UserException">What training would say of the data.</exception>
    public static RunLength Of(RunConfig run, IRunDisplay display, CancellationToken cancel)
    {
        if (Stated(run) is { } stated)
            return stated;
        ModelConfig model = ModelConfig.Load(run.Model);
        DocumentTokenizer texts =
            DocumentTokenizer.Of(FittingTokenizer.Load(run.Model, model), model, run.Model, run.Data);
        using TrainingData data = TrainingData.Load(run.Data, run.Order, texts, run.Threads, display, cancel);
        TrainingOrder made = data.Order;
        return new RunLength(made.Steps, made.GlobalBatch, (double)made.TotalRows * run.Data.Context);
    }

    /// <summary>The run with the number of rows that its steps have.</summary>
    public RunConfig In(RunConfig run) => run with { Order = run.Order with { GlobalBatch = GlobalBatch } };
}
