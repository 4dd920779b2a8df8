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
        void Line(string name, FormattableString text) =>
            context.Out.WriteLine($"{name,-14} {text.ToString(CultureInfo.InvariantCulture)}");

        if (summary.Config is { } c)
        {
            Line("architecture", $"{c.Architecture}");
            Line("layers", $"{c.NumLayers} of hidden {c.HiddenSize}, intermediate {c.IntermediateSize}");
            Line("attention", $"{c.NumHeads} query heads over {c.NumKvHeads} key/value heads of {c.HeadDim}");
            string rope = c.Rope.Type.ToString().ToLowerInvariant();
            Line("positions", $"{c.MaxPositionEmbeddings}, rope {rope}, theta {c.Rope.Theta:G}");
            Line("vocabulary", $"{c.VocabSize}, {(c.TieWordEmbeddings ? "tied" : "untied")} head");
        }

        if (summary.Lora is { } lora)
        {
            Line("adapter", $"LoRA, rank {lora.Rank}, alpha {lora.Alpha}, scale {lora.Scale:G6}");
            Line("targets", $"{string.Join(", ", lora.TargetModules)}");
            Line("base model", $"{summary.BaseModel ?? "not named"}");
        }

        Line("parameters", $"{summary.Parameters:N0}");
        Line("files", $"{Mebibytes(summary.FileBytes):N1} MiB");
        double mapped = Mebibytes(summary.MappedBytes), copied = Mebibytes(summary.CopiedBytes);
        Line("memory", $"{mapped:N1} MiB mapped as stored, {copied:N1} MiB copied");
        context.Out.WriteLine();
        int width = summary.Tensors.Max(t => t.Name.Length);
        foreach (TensorSummary t in summary.Tensors)
            context.Out.WriteLine($"{t.Name.PadRight(width)}  {t.StoredType,-4}  {t.Shape}");
        return ExitCode.Done;
    }

    private static double Mebibytes(long bytes) => bytes / 1048576.0;
}
