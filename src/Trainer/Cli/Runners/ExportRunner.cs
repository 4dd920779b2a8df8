using MolEngine.Engine.Adapters;
using MolEngine.Engine.Models;
using MolEngine.Engine.Weights;
using MolEngine.Trainer.Cli.Verbs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class ExportRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(ExportOptions options, CommandContext context)
    {
        if (options.Merge)
        {
            ModelExport.Merge(options.To, options.Model, options.Adapter);
            context.Out.WriteLine($"merged model: {options.To}");
            return ExitCode.Done;
        }

        PeftAdapter adapter = PeftAdapter.Load(options.Adapter, ModelConfig.Load(options.Model));
        DurableFiles.WriteFolder(
            options.To,
            folder => PeftAdapter.Save(folder, adapter.Config, adapter.Modules, Path.GetFullPath(options.Model)));
        context.Out.WriteLine($"adapter: {options.To}");
        return ExitCode.Done;
    }
}
