using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>Loads what a verb computes with, and shows how far that is.</summary>
internal static class Loading
{
    /// <inheritdoc cref="InferenceModel(Ops, string, string?, Action{long, long}?)"/>
    public static InferenceModel Model(Ops ops, string folder, string? adapter, CommandContext context)
    {
        NamedInputs.RequireWhole(folder);
        NamedInputs.RequireWhole(adapter);
        context.Weights.AddRange(new[] { folder, adapter }.OfType<string>());
        using IRunDisplay display = context.OpenDisplay(context.Error);
        var model = new InferenceModel(ops, folder, adapter, display.Doing("loading the model", "tensor"));
        foreach (string note in model.Config.Notes)
            display.Note(note);
        return model;
    }

    /// <summary>The same tokenizer, once it is told what of its files has no effect.</summary>
    public static Tokenizer Told(Tokenizer tokenizer, CommandContext context)
    {
        using IRunDisplay display = context.OpenDisplay(context.Error);
        foreach (string note in tokenizer.Notes)
            display.Note(note);
        return tokenizer;
    }
}
