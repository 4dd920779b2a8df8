using System.Globalization;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Benchmarks;

/// <summary>What every verb understands.</summary>
/// <param name="Shapes">M x K x N given by --shape; empty for a verb's own list.</param>
internal sealed record BenchmarkOptions(
    int Threads, SimdLevel Level, double Seconds, IReadOnlyList<(int M, int K, int N)> Shapes)
{
    public static BenchmarkOptions Parse(ReadOnlySpan<string> args)
    {
        int threads = Environment.ProcessorCount;
        SimdLevel level = SimdLevels.Best;
        double seconds = 0.5;
        var shapes = new List<(int, int, int)>();
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length
                ? args[i + 1]
                : throw new ArgumentException($"benchmarks: {args[i]}: expected a value after it, got none");
            switch (args[i])
            {
                case "--threads":
                    threads = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--level":
                    level = Enum.Parse<SimdLevel>(value, ignoreCase: true);
                    break;
                case "--seconds":
                    seconds = double.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--shape":
                    int[] d = [.. value.Split('x').Select(x => int.Parse(x, CultureInfo.InvariantCulture))];
                    if (d.Length != 3)
                        throw new ArgumentException($"benchmarks: --shape: expected MxKxN, got {value}");
                    shapes.Add((d[0], d[1], d[2]));
                    break;
                default:
                    throw new ArgumentException(
                        $"benchmarks: {args[i]}: expected --threads, --level, --seconds or --shape");
            }
        }

        return new BenchmarkOptions(threads, level, seconds, shapes);
    }
}
