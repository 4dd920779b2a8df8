using MolEngine.Basics.Text;
using MolEngine.Engine.Folders;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>Shows a model or an adapter.</summary>
internal static class InspectModelRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(string folder, CommandContext context)
    {
        NamedInputs.RequireWhole(folder);
        ModelSummary summary = ModelSummary.Of(folder);
        if (summary.Config is { } c)
        {
            context.Fact("architecture", $"{c.Architecture}");
            context.Fact("layers", $"{c.NumLayers} of hidden {c.HiddenSize}, intermediate {c.IntermediateSize}");
            string queries = Counts.Of(c.NumHeads, "query head"), keys = Counts.Of(c.NumKvHeads, "key/value head");
            context.Fact("attention", $"{queries} over {keys} of {c.HeadDim}");
            string rope = c.Rope.Type.ToString().ToLowerInvariant();
            context.Fact("positions", $"{c.MaxPositionEmbeddings}, rope {rope}, theta {c.Rope.Theta:G}");
            if (c.NoRopeLayers.Count > 0)
                context.Fact("no positions", $"in layers {string.Join(", ", c.NoRopeLayers)}");
            if (c.AttentionLimit is { } limit)
                context.Fact("context", $"at most {limit.Tokens}, by {limit.Key}");
            foreach (string note in c.Notes)
                context.Fact("note", note);
            context.Fact("vocabulary", $"{c.VocabSize}, {(c.TieWordEmbeddings ? "tied" : "untied")} head");
        }

        if (summary.Lora is { } lora)
        {
            context.Fact("adapter", $"LoRA, rank {lora.Rank}, alpha {lora.Alpha}, scale {lora.Scale:G6}");
            context.Fact("targets", $"{string.Join(", ", lora.TargetModules)}");
            context.Fact("base model", $"{summary.BaseModel ?? "not named"}");
        }

        context.Fact("parameters", $"{summary.Parameters:N0}");
        context.Fact("files", $"{ShownSize.Of(summary.FileBytes)}");
        string mapped = ShownSize.Of(summary.MappedBytes), copied = ShownSize.Of(summary.CopiedBytes);
        context.Fact("memory", $"{mapped} mapped as stored, {copied} copied");
        context.Out.WriteLine();
        int width = summary.Tensors.Max(t => t.Name.Length);
        foreach (TensorSummary t in summary.Tensors)
            context.Out.WriteLine($"{t.Name.PadRight(width)}  {t.StoredType,-4}  {t.Shape}");
        return ExitCode.Done;
    }
}
