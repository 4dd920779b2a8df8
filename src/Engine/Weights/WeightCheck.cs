using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>
/// Holds the tensors of files against those that a config asks for, and names everything that is wrong in one message.
/// </summary>
internal static class WeightCheck
{
    /// <summary>
    /// Names that only quantised checkpoints have: MLX, GPTQ and AWQ, bitsandbytes, FP8, compressed-tensors.
    /// </summary>
    private static readonly string[] QuantisedNames =
    [
        ".scales", ".biases", ".qweight", ".qzeros", ".g_idx", ".absmax", ".quant_map", ".quant_state.", ".SCB",
        ".weight_format", ".weight_scale", ".input_scale", ".activation_scale", ".weight_packed", ".weight_shape",
        ".weight_zero_point", ".weight_g_idx",
    ];

    /// <exception cref="ModelFileException">Counts and names missing, surplus, misshaped and mistyped tensors, of each
    /// kind as many as a message bears.</exception>
    public static void Check(WeightFiles files, ModelConfig config)
    {
        var specs = Architectures.Of(config).Tensors(config).ToDictionary(s => s.Name);
        if (config.TieWordEmbeddings)
            specs.TryAdd(ModuleNames.Head, specs[ModuleNames.Embedding] with { Name = ModuleNames.Head });
        SafetensorsEntry[] stored =
            [.. files.Entries.Where(e => !Ignored(e.Name)).OrderBy(e => e.Name, StringComparer.Ordinal)];
        List<string> problems = [];
        Add(problems, "missing", specs.Values.Where(s => IsMissing(files, config, s.Name))
            .Select(s => $"{s.Name} {s.Shape}"));
        Add(problems, "surplus", stored.Where(e => !specs.ContainsKey(e.Name))
            .Select(e => $"{e.Name} {e.StoredType} {e.Shape}"));
        SafetensorsEntry[] known = [.. stored.Where(e => specs.ContainsKey(e.Name))];
        Add(problems, "misshaped", known.Where(e => e.Shape != specs[e.Name].Shape).Select(
            e => $"{e.Name} (expected {specs[e.Name].Shape}, got {e.Shape})"));
        Add(problems, "of another type", known.Where(e => !e.IsFloat).Select(
            e => $"{e.Name} (expected F64, F32, F16 or BF16, got {e.StoredType})"));
        if (problems.Count == 0)
        {
            CheckTied(files, config);
            return;
        }

        SafetensorsEntry? quantised = stored.FirstOrDefault(e => IsQuantised(e, specs.ContainsKey(e.Name)));
        string todo = quantised is not null
            ? $"This checkpoint is quantised ({quantised.Name} {quantised.StoredType}): choose the unquantised model."
            : "Choose files and config of one model.";
        throw new ModelFileException(
            $"{files.Folder}: the weights do not fit the config: expected the tensors of {config.Architecture}, got "
            + $"{string.Join("; ", problems)}. {todo}");
    }

    /// <summary>Old files carry the rotary frequencies of each layer; they follow from the config.</summary>
    public static bool Ignored(string name) => name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal);

    /// <summary>Whether a tensor is part of quantised weights, or a weight that is no float.</summary>
    private static bool IsQuantised(SafetensorsEntry e, bool known) =>
        QuantisedNames.Any(name => e.Name.Contains(name, StringComparison.Ordinal))
        || (!e.IsFloat && (known || e.StoredType is "I8" or "U8" || e.StoredType.StartsWith('F')));

    /// <summary>A tied model that stores both tensors must store the same numbers twice.</summary>
    private static void CheckTied(WeightFiles files, ModelConfig config)
    {
        if (!config.TieWordEmbeddings || !files.Has(ModuleNames.Embedding) || !files.Has(ModuleNames.Head))
            return;
        Tensor embedding = files.Tensor(ModuleNames.Embedding), head = files.Tensor(ModuleNames.Head);
        if (Conversions.FirstDifference(embedding, head) is not long at)
            return;
        int width = config.HiddenSize;
        throw new ModelFileException(
            $"{files.Folder}: tie_word_embeddings is true, yet {ModuleNames.Head} differs from "
            + $"{ModuleNames.Embedding} at [{at / width}, {at % width}]: expected equal tensors, got "
            + $"{Conversions.Element(head, at)} and {Conversions.Element(embedding, at)}. "
            + "Set tie_word_embeddings to false, or choose another model.");
    }

    private static bool IsMissing(WeightFiles files, ModelConfig config, string name)
    {
        bool either = config.TieWordEmbeddings && name is ModuleNames.Embedding or ModuleNames.Head;
        if (!config.TieWordEmbeddings || !either)
            return !files.Has(name);
        return name == ModuleNames.Embedding && !files.Has(ModuleNames.Embedding)
            && !files.Has(ModuleNames.Head);
    }

    private static void Add(List<string> problems, string kind, IEnumerable<string> tensors)
    {
        string[] names = [.. tensors];
        if (names.Length > 0)
            problems.Add($"{names.Length} {kind}: {Listing.Of(names)}");
    }
}
