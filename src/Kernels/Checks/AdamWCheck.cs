using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>adamw_f32 against the CPU backend.</summary>
internal sealed class AdamWCheck() : KernelCheck("adamw", "adamw_f32", "equal bits, any NaN")
{
    private static readonly AdamWStep Step = new(
        LearningRate: 3e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1,
        Correction1: 1 - Math.Pow(0.9, 3), Correction2: 1 - Math.Pow(0.95, 3), GradientScale: 0.7);

    public override void Run(KernelTrial trial)
    {
        using Ops.Ops cpu = CpuBackend.Create();
        foreach (int count in trial.Counts)
            trial.Case(count, c => Try(c, cpu, [new Part(count, Decayed: true, Copied: true)]));
        trial.Case("not aligned", c => Try(c, cpu, [new Part(10_001, Decayed: true, Copied: true, Offset: 1)]));
        trial.Case("4099, no decay, no copy", c => Try(c, cpu, [new Part(4099, Decayed: false, Copied: false)]));
        Part[] many =
        [
            new(0, true, true), new(4096, true, false), new(0, false, false), new(1, false, true),
            new(4097, true, true), new(8195, false, false), new(0, true, false), new(33, true, true),
            new(0, false, true),
        ];
        trial.Case("9 tensors, 4 of them empty", c => Try(c, cpu, many));
    }

    private static void Try(KernelCase one, Ops.Ops cpu, Part[] parts)
    {
        Side[] sides = [.. parts.Select((p, i) => Side.Upload(one, p, (ulong)i))];
        var rows = new AdamWTensor[parts.Length];
        int blocks = 0;
        long bytes = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            rows[i] = sides[i].ToRow(parts[i], blocks);
            blocks += (parts[i].Count + AdamWTensor.PerBlock - 1) / AdamWTensor.PerBlock;
            bytes += (parts[i].Copied ? 30L : 28L) * parts[i].Count;
        }

        DeviceMemory table = one.Input<AdamWTensor>("tensors", rows);
        one.Launch(
            new LaunchShape(new Dim3((uint)blocks), new Dim3(AdamWTensor.Threads)), bytes,
            a => a.Add(table).Add(rows.Length).Add(new AdamWFactors(Step)));
        for (int i = 0; i < parts.Length; i++)
            sides[i].Compare(one, cpu, parts[i]);
    }

    /// <param name="Offset">Elements from an aligned place to the first.</param>
    private readonly record struct Part(int Count, bool Decayed, bool Copied, int Offset = 0);

    /// <summary>A tensor's values on the CPU and its memory on the device.</summary>
    private sealed class Side
    {
        private readonly float[][] _values;
        private readonly DeviceMemory[] _memory;
        private readonly DeviceMemory? _copy;

        private Side(float[][] values, DeviceMemory[] memory, DeviceMemory? copy) =>
            (_values, _memory, _copy) = (values, memory, copy);

        /// <summary>Special values meet each other in all combinations of neighbouring strides.</summary>
        public static Side Upload(KernelCase one, Part part, ulong index)
        {
            float[] v = CheckValues.Uniform(part.Count, 40 + index, 1e-3f);
            for (int i = 0; i < v.Length; i++)
                v[i] = MathF.Abs(v[i]);
            float[][] values =
            [
                CheckValues.WithSpecials(CheckValues.Uniform(part.Count, 10 + index), 11),
                CheckValues.WithSpecials(CheckValues.Uniform(part.Count, 20 + index, 0.1f), 13),
                CheckValues.WithSpecials(CheckValues.Uniform(part.Count, 30 + index, 0.1f), 17),
                CheckValues.WithSpecials(v, 19),
            ];
            if (part.Offset > 0)
                values = [.. values.Select(x => (float[])[.. new float[part.Offset], .. x])];
            DeviceMemory[] memory =
            [
                one.Input<float>($"parameter {index}", values[0]), one.Input<float>($"gradient {index}", values[1]),
                one.Input<float>($"m {index}", values[2]), one.Input<float>($"v {index}", values[3]),
            ];
            return new Side(
                values, memory, part.Copied ? one.Output<ushort>($"copy {index}", part.Count) : null);
        }

        public AdamWTensor ToRow(Part part, int firstBlock)
        {
            ulong offset = (ulong)part.Offset * sizeof(float);
            return new AdamWTensor(
                _memory[0].Address + offset, _memory[1].Address + offset, _memory[2].Address + offset,
                _memory[3].Address + offset, _copy?.Address ?? 0, part.Count, firstBlock, part.Decayed ? 1 : 0);
        }

        public unsafe void Compare(KernelCase one, Ops.Ops cpu, Part part)
        {
            if (part.Count == 0)
                return;
            float[] gradient = [.. _values[1]];
            fixed (float* p = _values[0], g = _values[1], m = _values[2], v = _values[3])
            {
                cpu.AdamW([new(
                    Host("parameter", p), Host("gradient", g), Host("m", m), Host("v", v), part.Decayed)], Step);
            }

            one.Expect<float>(_memory[0], _values[0], Tolerance.BitsOrNaN);
            one.Expect<float>(_memory[1], gradient, Tolerance.Bits);
            one.Expect<float>(_memory[2], _values[2], Tolerance.BitsOrNaN);
            one.Expect<float>(_memory[3], _values[3], Tolerance.BitsOrNaN);
            if (_copy is not null)
                one.Expect<ushort>(_copy, Array.ConvertAll(_values[0][part.Offset..], Bf16.Round), Tolerance.Bits);

            Tensor Host(string name, float* at) =>
                new(name, DType.F32, new Shape(part.Count), (nint)(at + part.Offset), owner: null);
        }
    }
}
