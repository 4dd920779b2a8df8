using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>add_rows_f32 against sums in the order that its contract names.</summary>
internal sealed class AddRowsCheck() : KernelCheck("rowsum", "add_rows_f32", "equal bits")
{
    private const int Threads = 256, Columns = 32, Parts = 8;

    public override void Run(KernelTrial trial)
    {
        trial.Case("1 chunk x 1", c => Try(c, 1, 1, [0, 1]));
        trial.Case("20 chunks of 5 rows x 33, two of them empty", c => Try(c, 33, 40, [0, 9, 9, 10, 20, 20]));
        trial.Case("no rows x 7", c => Try(c, 7, 7, [0]));
        int chunks = trial.IsCounting ? 512 : 2048, width = trial.IsCounting ? 256 : 8192;
        trial.Case(
            $"{chunks} chunks x {width}", c => Try(c, width, width, [0, chunks / 4, chunks / 4, chunks]),
            isMeasured: true);
    }

    private static void Try(KernelCase one, int width, int stride, int[] rowChunks)
    {
        int rows = rowChunks.Length - 1, chunks = rowChunks[^1];
        float[] partial = CheckValues.Uniform(chunks * stride, 1), before = CheckValues.Uniform(width, 2);
        DeviceMemory from = one.Input<float>("partial", partial), table = one.Input<int>("row_chunks", rowChunks),
            total = one.Input<float>("total", before);
        one.Launch(
            new LaunchShape(new Dim3((uint)((width + Columns - 1) / Columns)), new Dim3(Threads)),
            4L * width * (chunks + 2),
            a => a.Add(from).Add(stride).Add(width).Add(table).Add(rows).Add(total));
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < width; column++)
            {
                var parts = new float[Parts];
                for (int c = rowChunks[row]; c < rowChunks[row + 1]; c++)
                    parts[(c - rowChunks[row]) % Parts] += partial[(c * stride) + column];
                before[column] += parts[1..].Aggregate(parts[0], (a, b) => a + b);
            }
        }

        one.Expect<float>(total, before, Tolerance.Bits);
    }
}
