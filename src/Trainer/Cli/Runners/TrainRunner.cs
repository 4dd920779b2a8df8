using MolEngine.Server.Live;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class TrainRunner
{
    /// <param name="port">Where the run's page is served; null serves none.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(RunConfig config, bool resume, int? port, CommandContext context)
    {
        if (config.Init.Kind == InitKind.Pretrained)
        {
            NamedInputs.RequireWhole(config.Model);
            context.Weights.Add(config.Model);
        }

        NamedInputs.RequireWhole(config.Base);
        NamedInputs.RequireWhole(config.Lora.From);
        if (config.Lora.From is { } from)
            context.Weights.Add(from);
        context.LetOutputGo();
        context.GivenUp = "the steps since the last checkpoint are lost; the run resumes from there";
        using IRunDisplay display = context.OpenDisplay(context.Out);
        CancellationToken stop = context.Interrupted;
        LiveServer? page = port is { } at ? WatchedRun.Serve(config.Output, at, context) : null;
        try
        {
            if (page is not null)
                display.Note($"watch      {page.Address} shows the run as it goes on");
            TrainingJob.Execute(config, resume, display, stop);
        }
        finally
        {
            if (page is not null)
                WatchedRun.Stop(page);
        }

        return ExitCode.Done;
    }
}
