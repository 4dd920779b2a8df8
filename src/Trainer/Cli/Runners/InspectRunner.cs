using System.Globalization;
using MolEngine.Engine.Models;
using MolEngine.Trainer.Cli.Verbs;

namespace MolEngine.Trainer.Cli.Runners;

internal static class InspectRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(InspectOptions options, CommandContext context)
    {
        ModelSummary summary = ModelSummary.Of(options.Path);
        void Line(string name, string text) => context.Out.WriteLine($"{name,-14} {text}");

        if (summary.Config is { } config)
        {
            Line("architecture", config.Architecture);
            Line("layers", string.Create(CultureInfo.InvariantCulture, $"{config.NumLayers} of hidden {config.HiddenSize}, intermediate {config.IntermediateSize}"));
            Line("attention", string.Create(CultureInfo.InvariantCulture, $"{config.NumHeads} query heads over {config.NumKvHeads} key/value heads of {config.HeadDim}"));
            Line("positions", string.Create(CultureInfo.InvariantCulture, $"{config.MaxPositionEmbeddings}, rope {config.Rope.Type.ToString().ToLowerInvariant()}, theta {config.Rope.Theta:G}"));
            Line("vocabulary", string.Create(CultureInfo.InvariantCulture, $"{config.VocabSize}, {(config.TieWordEmbeddings ? "tied" : "untied")} head"));
        }

        if (summary.Lora is { } lora)
        {
            Line("adapter", string.Create(CultureInfo.InvariantCulture, $"LoRA, rank {lora.Rank}, alpha {lora.Alpha}, scale {lora.Scale:G6}"));
            Line("targets", string.Join(", ", lora.TargetModules));
            Line("base model", summary.BaseModel ?? "not named");
        }

        Line("parameters", summary.Parameters.ToString("N0", CultureInfo.InvariantCulture));
        Line("files", Mebibytes(summary.FileBytes));
        Line("memory", $"{Mebibytes(summary.MappedBytes)} mapped as stored, {Mebibytes(summary.CopiedBytes)} copied");
        context.Out.WriteLine();
        int width = summary.Tensors.Max(t => t.Name.Length);
        foreach (TensorSummary t in summary.Tensors)
            context.Out.WriteLine($"{t.Name.PadRight(width)}  {t.StoredType,-4}  {t.Shape}");
        return ExitCode.Done;
    }

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("N1", CultureInfo.InvariantCulture) + " MiB";
}
