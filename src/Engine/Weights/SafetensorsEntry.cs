using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="StoredType">The element type as the file names it, for instance <c>BF16</c>.</param>
/// <param name="Start">First byte, from the start of the file.</param>
/// <param name="Bytes">Length.</param>
public sealed record SafetensorsEntry(string Name, string StoredType, Shape Shape, long Start, long Bytes)
{
    /// <summary>The element type; null where the engine has none for it.</summary>
    public DType? Type => StoredType switch
    {
        "F64" => DType.F64,
        "F32" => DType.F32,
        "F16" => DType.F16,
        "BF16" => DType.BF16,
        "I64" => DType.I64,
        "I32" => DType.I32,
        _ => null,
    };

    /// <summary>Whether the elements are of one of the four types that weights may have.</summary>
    public bool IsFloat => Type is DType.F64 or DType.F32 or DType.F16 or DType.BF16;
}
