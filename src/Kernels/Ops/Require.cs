using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

/// <summary>The checks that stand above every backend. Messages name op, argument and tensor.</summary>
internal static class Require
{
    public static void Shape(string op, string argument, Tensor tensor, params int[] dimensions)
    {
        Dimensions(op, argument, tensor, dimensions);
        Dense(op, argument, tensor);
    }

    public static void Dense(string op, string argument, Tensor tensor)
    {
        if (!tensor.IsDense)
        {
            throw new ArgumentException(
                $"{op}: {argument} ({tensor.Name}): expected a dense tensor, got columns of a matrix of "
                + $"{tensor.Stride}");
        }
    }

    /// <summary>A matrix that may be columns of a wider one.</summary>
    public static void Columns(string op, string argument, Tensor? tensor, DType type, int rows, int columns)
    {
        if (tensor is null)
            return;
        Type(op, argument, tensor, type);
        Dimensions(op, argument, tensor, rows, columns);
    }

    /// <summary>The same, of the backend's activation type or fp32.</summary>
    public static void ActivationOrF32Columns(
        string op, string argument, Tensor tensor, DType activation, int rows, int columns) =>
        Columns(op, argument, tensor, tensor.Type == activation ? activation : DType.F32, rows, columns);

    public static void Shape(string op, string argument, Tensor? tensor, DType type, params int[] dimensions)
    {
        if (tensor is null)
            return;
        Type(op, argument, tensor, type);
        Shape(op, argument, tensor, dimensions);
    }

    public static void Rank(string op, string argument, Tensor tensor, int rank)
    {
        if (tensor.Shape.Rank != rank)
        {
            throw new ArgumentException(
                $"{op}: {argument} ({tensor.Name}): expected {rank} dimension{(rank == 1 ? "" : "s")}, got shape "
                    + $"{tensor.Shape}");
        }
    }

    public static void Type(string op, string argument, Tensor tensor, DType type)
    {
        if (tensor.Type != type)
            throw new ArgumentException($"{op}: {argument} ({tensor.Name}): expected {type}, got {tensor.Type}");
    }

    /// <summary>Of the backend's activation type, or fp32.</summary>
    public static void ActivationOrF32(
        string op, string argument, Tensor? tensor, DType activation, params int[] dimensions)
    {
        if (tensor is null)
            return;
        if (tensor.Type != activation)
            Type(op, argument, tensor, DType.F32);
        Shape(op, argument, tensor, dimensions);
    }

    /// <summary>One of the four floating-point types.</summary>
    public static void Floating(string op, string argument, Tensor tensor)
    {
        if (tensor.Type is not (DType.F32 or DType.BF16 or DType.F16 or DType.F64))
        {
            throw new ArgumentException(
                $"{op}: {argument} ({tensor.Name}): expected F32, BF16, F16 or F64, got {tensor.Type}");
        }
    }

    /// <summary>A weight: fp32 or bf16.</summary>
    public static void Weight(string op, string argument, Tensor tensor, params int[] dimensions)
    {
        if (tensor.Type is not (DType.F32 or DType.BF16))
            throw new ArgumentException($"{op}: {argument} ({tensor.Name}): expected F32 or BF16, got {tensor.Type}");
        Shape(op, argument, tensor, dimensions);
    }

    public static void Count(string op, string argument, Tensor tensor, long count)
    {
        if (tensor.Count != count)
        {
            throw new ArgumentException(
                $"{op}: {argument} ({tensor.Name}): expected {count} elements, got {tensor.Count}");
        }

        Dense(op, argument, tensor);
    }

    public static void Distinct(string op, Tensor a, Tensor b)
    {
        if (a.Overlaps(b))
        {
            throw new ArgumentException(
                $"{op}: {a.Name} and {b.Name}: expected separate memory, got tensors that overlap");
        }
    }

    /// <summary>Elementwise in place is fine, a shifted overlap is not.</summary>
    public static void SameOrDistinct(string op, Tensor a, Tensor b)
    {
        if (a.Address != b.Address || a.Bytes != b.Bytes || a.Stride != b.Stride)
            Distinct(op, a, b);
    }

    public static void Layout(string op, SequenceLayout layout, int tokens)
    {
        if (layout.Tokens != tokens || layout.DocumentStarts[^1] != tokens)
        {
            throw new ArgumentException(
                $"{op}: layout: expected {tokens} tokens, got {layout.Tokens} in rows and "
                    + $"{layout.DocumentStarts[^1]} in documents");
        }

        Ascending(op, "row starts", layout.RowStarts);
        Ascending(op, "document starts", layout.DocumentStarts);
        Shape(op, "positions", layout.Positions, DType.I32, tokens);
        Shape(op, "token keys", layout.TokenKeys, DType.I64, tokens);
    }

    private static void Ascending(string op, string argument, int[] starts)
    {
        for (int i = 0; i < starts.Length; i++)
        {
            if (i == 0 ? starts[0] != 0 : starts[i] < starts[i - 1])
            {
                throw new ArgumentException(
                    $"{op}: layout: expected {argument} that ascend from 0, got {starts[i]} at {i}");
            }
        }
    }

    private static void Dimensions(string op, string argument, Tensor tensor, params int[] dimensions)
    {
        if (!tensor.Shape.Dimensions.SequenceEqual(dimensions))
        {
            throw new ArgumentException(
                $"{op}: {argument} ({tensor.Name}): expected shape {new Shape(dimensions)}, got {tensor.Shape}");
        }
    }
}
