namespace MolEngine.Kernels.Tensors;

/// <summary>Element types of a <see cref="Tensor"/>.</summary>
public enum DType
{
    F32,
    BF16,
    F16,
    F64,
    I32,
    I64,
}

public static class DTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.BF16 or DType.F16 => 2,
        DType.F32 or DType.I32 => 4,
        DType.F64 or DType.I64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}
