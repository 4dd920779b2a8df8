using MolEngine.Engine.Adapters;
using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Folders;

/// <summary>One stored tensor.</summary>
/// <param name="StoredType">As the file names it, for instance <c>BF16</c>.</param>
/// <param name="File">The file's name within the folder.</param>
public sealed record TensorSummary(string Name, string StoredType, Shape Shape, long Bytes, string File)
{
    public long Parameters => Shape.Count;
}

/// <summary>What a folder of a model or of an adapter holds.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Config">Config of a model; null for an adapter.</param>
/// <param name="Lora">Settings of an adapter; null for a model.</param>
/// <param name="BaseModel">What an adapter says it was trained on.</param>
/// <param name="Tensors">By name, those that no model reads left out.</param>
/// <param name="Parameters">
/// Numbers that the engine computes with; a tied head that is stored twice counts once.
/// </param>
/// <param name="FileBytes">Length of the files with tensors.</param>
/// <param name="MappedBytes">Bytes of these, what would be read in place.</param>
/// <param name="CopiedBytes">Memory of its own that loading would take: F16 and F64 widened to fp32.</param>
public sealed record ModelSummary(
    string Path, ModelConfig? Config, LoraConfig? Lora, string? BaseModel, IReadOnlyList<TensorSummary> Tensors,
    long Parameters, long FileBytes, long MappedBytes, long CopiedBytes)
{
    public bool IsAdapter => Lora is not null;

    /// <summary>Reads and checks everything but the numbers.</summary>
    /// <exception cref="ModelFileException">
    /// As <see cref="ModelWeights.Open"/> and <see cref="PeftAdapter.Load"/>.
    /// </exception>
    public static ModelSummary Of(string folder)
    {
        bool weights = File.Exists(System.IO.Path.Combine(folder, WeightFiles.Single))
            || File.Exists(System.IO.Path.Combine(folder, WeightFiles.Index));
        bool adapter = File.Exists(System.IO.Path.Combine(folder, PeftConfigFile.FileName));
        return adapter && !weights ? OfAdapter(folder) : OfModel(folder);
    }

    private static ModelSummary OfModel(string folder)
    {
        ModelConfig config = ModelConfig.Load(folder);
        using WeightFiles files = WeightFiles.Open(folder);
        WeightCheck.Check(files, config);
        SafetensorsEntry[] used =
            [.. Architectures.Of(config).Tensors(config).Select(s => files.Entry(files.Stored(config, s.Name)))];
        return new ModelSummary(
            folder, config, null, null, Summaries(files.Files), used.Sum(e => e.Shape.Count),
            files.Files.Sum(f => f.Bytes),
            used.Where(IsMapped).Sum(e => e.Bytes),
            used.Where(e => !IsMapped(e)).Sum(e => e.Shape.Count * (e.Type is DType.BF16 ? 2 : 4)));
    }

    private static ModelSummary OfAdapter(string folder)
    {
        (PeftConfigFile config, LoraConfig lora, SafetensorsFile file) = PeftAdapter.Open(folder, null);
        using (file)
        {
            SafetensorsEntry[] used = [.. file.Entries.Values];
            return new ModelSummary(
                folder, null, lora, config.BaseModel, Summaries([file]), used.Sum(e => e.Shape.Count), file.Bytes,
                used.Where(IsSingle).Sum(e => e.Bytes), used.Where(e => !IsSingle(e)).Sum(e => e.Shape.Count * 4));
        }
    }

    private static TensorSummary[] Summaries(IEnumerable<SafetensorsFile> files) =>
    [
        .. files.SelectMany(f => f.Entries.Values.Where(e => !WeightCheck.Ignored(e.Name)).Select(
            e => new TensorSummary(e.Name, e.StoredType, e.Shape, e.Bytes, System.IO.Path.GetFileName(f.Path))))
            .OrderBy(t => t.Name, StringComparer.Ordinal),
    ];

    /// <summary>F32 and BF16 stay mapped unless the file's header leaves them at an odd address.</summary>
    private static bool IsMapped(SafetensorsEntry e) =>
        e.Type is DType.F32 or DType.BF16 && e.Start % e.Type.Value.Size() == 0;

    /// <summary>An adapter is fp32 in memory.</summary>
    private static bool IsSingle(SafetensorsEntry e) => e.Type is DType.F32 && IsMapped(e);
}
