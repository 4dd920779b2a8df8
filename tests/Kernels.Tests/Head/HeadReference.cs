using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>The inputs of the reference of 50 hidden states against 4,099 head rows.</summary>
internal static class HeadReference
{
    public static HeadInputs Inputs(ReferenceTensors file) => new()
    {
        Vocabulary = file.Shape("W")[0],
        Hidden = file.Shape("W")[1],
        TopN = file.Shape("base_top_ids")[1],
        Weight = file.Floats("W"),
        X0 = file.Floats("X0"),
        X = file.Floats("X"),
        Targets = file.Ints("y"),
        CeWeight = file.Floats("ce_weight"),
        KlWeight = [.. file["ce_weight"].Select(a => (float)(1 - a))],
        RowStarts = [0, file.Ints("y").Length],
        Bf16 = true,
    };
}
