using System.Runtime.InteropServices;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.VirtualGpu.Tests;

/// <summary>
/// One instruction on columns of operands, a thread for each row: once with whole warps and once under a predicate that
/// holds for odd threads only, which must leave the others' result alone.
/// </summary>
internal static class Instruction
{
    private const int BlockSize = 64;

    /// <param name="result">b16, b32, f32, b64, f64 or pred.</param>
    /// <param name="operands">For each operand its type and its bits in every row.</param>
    /// <returns>The result's bits in every row.</returns>
    public static ulong[] Run(
        string instruction, string result, LaunchOptions? options, params (string Type, ulong[] Values)[] operands)
    {
        ulong[] whole = Execute(instruction, result, options, operands);
        // Perturbed results depend on the instruction's place in the program.
        if (result == "pred" || instruction[0] == '{' || options?.PerturbationSeed is not null)
            return whole;
        string set = Width(result) == 8 ? "mov.b64 %d, 77;" : Width(result) == 2 ? "mov.b16 %d, 77;"
            : "mov.b32 %d, 77;";
        string guarded = $"{set}\nand.b32 %r60, %r70, 1;\nsetp.eq.u32 %p30, %r60, 1;\n@%p30 {instruction}";
        ulong[] masked = Execute(guarded, result, options, operands);
        for (int i = 0; i < whole.Length; i++)
            Assert.True(masked[i] == (i % 2 == 1 ? whole[i] : 77),
                $"{instruction} row {i}: {masked[i]:x} under a predicate");
        return whole;
    }

    public static ulong[] Run(string instruction, string result, params (string Type, ulong[] Values)[] operands) =>
        Run(instruction, result, null, operands);

    /// <summary>Every row against a definition.</summary>
    public static void Check(
        string instruction, string result, Func<ulong[], ulong> definition,
            params (string Type, ulong[] Values)[] operands)
    {
        ulong[] got = Run(instruction, result, operands);
        for (int row = 0; row < got.Length; row++)
        {
            ulong[] inputs = [.. operands.Select(o => o.Values[row])];
            ulong expected = definition(inputs);
            Assert.True(
                got[row] == expected,
                $"{instruction} of {string.Join(", ", inputs.Select(v => v.ToString("x")))}: "
                + $"expected {expected:x}, got {got[row]:x}");
        }
    }

    /// <summary>Every pair of values as two columns.</summary>
    public static (ulong[] A, ulong[] B) Pairs(ulong[] values)
    {
        int n = values.Length;
        return ([.. Enumerable.Range(0, n * n).Select(i => values[i / n])],
            [.. Enumerable.Range(0, n * n).Select(i => values[i % n])]);
    }

    public static (ulong[] A, ulong[] B, ulong[] C) Triples(ulong[] values)
    {
        int n = values.Length;
        int[] rows = [.. Enumerable.Range(0, n * n * n)];
        return ([.. rows.Select(i => values[i / (n * n)])], [.. rows.Select(i => values[i / n % n])],
            [.. rows.Select(i => values[i % n])]);
    }

    private static ulong[] Execute(
        string instruction, string result, LaunchOptions? options, (string Type, ulong[] Values)[] operands)
    {
        string ptx = PtxSource.Apply(instruction, result, [.. operands.Select(o => o.Type)]);
        int rows = operands[0].Values.Length;
        int padded = (rows + BlockSize - 1) / BlockSize * BlockSize;
        using var gpu = new Gpu(ptx, options: options);
        var arguments = new List<object>();
        foreach ((string type, ulong[] values) in operands)
        {
            ulong[] all = [.. values, .. Enumerable.Repeat(values[0], padded - rows)];
            arguments.Add(gpu.Upload<byte>(Bytes(all, Width(type)), type));
        }

        int width = Width(result);
        ulong output = gpu.Allocate(padded * width, "output");
        arguments.Add(output);
        gpu.Run("apply", padded / BlockSize, BlockSize, [.. arguments]);
        byte[] bytes = gpu.Download<byte>(output, padded * width);
        return [.. Enumerable.Range(0, rows).Select(i => Value(bytes.AsSpan(i * width, width)))];
    }

    private static int Width(string type) => type == "pred" ? 4 : int.Parse(type[1..]) / 8;

    private static byte[] Bytes(ulong[] values, int width)
    {
        var bytes = new byte[values.Length * width];
        for (int i = 0; i < values.Length; i++)
            MemoryMarshal.AsBytes(values.AsSpan(i, 1))[..width].CopyTo(bytes.AsSpan(i * width));
        return bytes;
    }

    private static ulong Value(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        bytes.CopyTo(MemoryMarshal.AsBytes(new Span<ulong>(ref value)));
        return value;
    }
}
