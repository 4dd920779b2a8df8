using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>Where the weights of a folder are NaN or infinite: asked once a figure has shown that some are.</summary>
public static class BrokenWeights
{
    /// <summary>
    /// The first broken number of a model's or an adapter's safetensors files, in the order of names: tensor, file and
    /// place; null where all are finite. Reads all of them.
    /// </summary>
    public static string? In(string folder)
    {
        if (!Directory.Exists(folder))
            return null;
        foreach (string path in Directory.GetFiles(folder, "*.safetensors").Order(StringComparer.Ordinal))
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            foreach (string name in file.Entries.Keys.Order(StringComparer.Ordinal))
            {
                if (file.Entries[name].Type is DType.F64 or DType.F32 or DType.F16 or DType.BF16
                    && Of(name, file.Tensor(name)) is { } broken)
                    return $"{path}: {broken}";
            }
        }

        return null;
    }

    /// <summary>The same of a host tensor.</summary>
    public static string? Of(string name, Tensor tensor) => Conversions.FirstNotFinite(tensor) is var (value, index)
        ? BrokenWeightException.Text(name, tensor.Shape, value, index)
        : null;
}
