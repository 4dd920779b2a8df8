using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class TrainRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(RunConfig config, bool resume, CommandContext context)
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
        TrainingJob.Execute(config, resume, display, context.Interrupted);
        return ExitCode.Done;
    }
}
