using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Adapters;

/// <summary>
/// Holds the tensors of an adapter against its config and a model, and names everything that is wrong in one message.
/// </summary>
internal static class PeftTensorCheck
{
    /// <summary>Module paths that the file has an A or a B for; sorted.</summary>
    public static IReadOnlyList<string> ModulesOf(SafetensorsFile file) =>
    [
        .. file.Entries.Keys.Select(PeftNames.Parse).Where(n => n is not null).Select(n => n!.Value.Module).Distinct()
            .Order(StringComparer.Ordinal),
    ];

    /// <param name="model">Null where only the adapter itself is looked at.</param>
    /// <exception cref="ModelFileException">Names all missing, surplus, misshaped and mistyped tensors.</exception>
    public static void Check(SafetensorsFile file, PeftConfigFile config, ModelConfig? model)
    {
        var linears = model is null ? null : DecoderTensors.Linears(model)
            .ToDictionary(l => l.Module, l => (l.Outputs, l.Inputs));
        List<string> problems = [];
        foreach (string name in file.Entries.Keys.Where(n => PeftNames.Parse(n) is null).Order(StringComparer.Ordinal))
            problems.Add($"{name} (surplus: not lora_A or lora_B of a linear layer)");
        foreach (string module in ModulesOf(file))
        {
            (int Outputs, int Inputs) shape =
                (Width(file, PeftNames.B(module), 0), Width(file, PeftNames.A(module), 1));
            if (linears is not null && !linears.TryGetValue(module, out shape))
            {
                problems.Add($"{module} (surplus: no projection of this model)");
                continue;
            }

            if (config.Excludes(module) is string key)
                problems.Add($"{module} (surplus: {key} leaves it out)");
            CheckTensor(file, PeftNames.A(module), new Shape(config.Rank, shape.Inputs), problems);
            CheckTensor(file, PeftNames.B(module), new Shape(shape.Outputs, config.Rank), problems);
        }

        if (file.Entries.Count == 0)
            problems.Add("no tensors");
        if (problems.Count > 0)
        {
            throw new ModelFileException(
                $"{file.Path}: the tensors do not fit {PeftConfigFile.FileName} (r {config.Rank}) and the model: "
                + "expected A [r, in] and B [out, r] "
                + $"for projections of {model?.Architecture ?? "a model"}, got {Listing.Of(problems, "; ")}. Choose "
                + "the adapter's own base model.");
        }
    }

    private static int Width(SafetensorsFile file, string name, int axis) =>
        file.Entries.TryGetValue(name, out SafetensorsEntry? entry) && entry.Shape.Rank == 2 ? entry.Shape[axis] : 0;

    private static void CheckTensor(SafetensorsFile file, string name, Shape expected, List<string> problems)
    {
        if (!file.Entries.TryGetValue(name, out SafetensorsEntry? entry))
            problems.Add($"{name} (missing)");
        else if (entry.Shape != expected)
            problems.Add($"{name} (misshaped: expected {expected}, got {entry.Shape})");
        else if (!entry.IsFloat)
            problems.Add($"{name} (expected F64, F32, F16 or BF16, got {entry.StoredType})");
    }
}
