using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.FirstLook;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>Writes a first config for a model and files.</summary>
internal static class InitRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(InitOptions options, CommandContext context)
    {
        string config = Path.GetFullPath(options.Output);
        RequireFree(options, config);
        string yaml;
        FirstLookAt look;
        using (IRunDisplay display = context.OpenDisplay(context.Error))
        {
            look = new FirstLookAt(options.Model, options.Given, config, display, context.Interrupted);
            yaml = look.Make(options.Corpora);
            display.Doing(null);
        }

        foreach ((string name, string text) in look.Seen)
            context.Fact(name, text);
        RequireFree(options, config);
        DurableFiles.WriteText(config, yaml);
        string shown = ShownPath.Of(config);
        context.Fact("written", shown);
        context.Command("next", ProgramCommand.With($"inspect {shown}"));
        context.Command("", ProgramCommand.With($"train {shown}"));
        return ExitCode.Done;
    }

    private static void RequireFree(InitOptions options, string config)
    {
        if (Directory.Exists(config))
            throw new UserException($"--output: {options.Output}: expected a file, got a folder");
        if (File.Exists(config) && !options.Force)
        {
            throw new UserException(
                $"--output: {options.Output}: expected a name that is free, got a file. Choose another, or write over "
                    + "it with --force");
        }
    }
}
