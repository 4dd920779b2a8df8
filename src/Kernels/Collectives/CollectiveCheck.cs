using System.Diagnostics;
using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Collectives;

/// <summary>What came of a check of a collective on one rank.</summary>
/// <param name="Name">The collective's.</param>
/// <param name="Sizes">How many sizes were tried.</param>
/// <param name="Largest">Bytes of the largest tensor or message.</param>
/// <param name="Time">Of the largest.</param>
/// <param name="Failure">The first thing that is wrong, in words; null where nothing is.</param>
public sealed record CollectiveResult(string Name, int Sizes, long Largest, TimeSpan Time, string? Failure);

/// <summary>
/// Every collective against what it must give: numbers that each rank can make of every rank, of magnitudes so far
/// apart that another order of a sum is another sum. All ranks run it alike.
/// </summary>
public static class CollectiveCheck
{
    /// <summary>Odd ones, fewer than ranks, and more than go at once.</summary>
    private static readonly int[] Counts = [1, 7, 4099, (1 << 20) + 5];

    /// <summary>The results, as they come.</summary>
    public static IEnumerable<CollectiveResult> Run(Communicator ranks)
    {
        yield return Of("all-reduce", ranks, (x, n) =>
        {
            Tensor own = x("x", n);
            Fill(own, ranks.Rank, 0);
            return (() => ranks.AllReduce(own), own, () => Sum(ranks.Size, n, 0));
        });
        yield return Of("reduce-scatter", ranks, (x, n) =>
        {
            Tensor all = x("x", n * ranks.Size), share = x("share", n);
            Fill(all, ranks.Rank, 0);
            return (() => ranks.ReduceScatter(all, share), share, () => Sum(ranks.Size, n, ranks.Rank * n));
        });
        yield return Of("all-gather", ranks, (x, n) =>
        {
            Tensor all = x("x", n * ranks.Size), share = x("share", n);
            Fill(share, ranks.Rank, 0);
            return (() => ranks.AllGather(share, all), all, () => All(ranks.Size, n));
        });
        yield return Of("broadcast", ranks, (x, n) =>
        {
            Tensor own = x("x", n);
            int root = n % ranks.Size;
            Fill(own, ranks.Rank, 0);
            return (() => ranks.Broadcast(own, root), own, () => Values(root, n));
        });
        yield return Words(ranks);
    }

    private static CollectiveResult Of(
        string name, Communicator ranks, Plan plan)
    {
        string? failure = null;
        TimeSpan time = default;
        long bytes = 0;
        foreach (int n in Counts)
        {
            using var arena = new HostArena("collectives");
            (Action act, Tensor got, Func<float[]> expected) =
                plan((what, count) => arena.Allocate(what, DType.F32, count), n);
            ranks.Barrier();
            long start = Stopwatch.GetTimestamp();
            act();
            ranks.Wait();
            time = Stopwatch.GetElapsedTime(start);
            bytes = (long)n * sizeof(float);
            failure ??= Difference(name, got.Span<float>(), expected());
        }

        return new CollectiveResult(name, Counts.Length, bytes, time, failure);
    }

    /// <summary>What is done with tensors of its own, the one that has the result, and what must be in it.</summary>
    private delegate (Action Act, Tensor Got, Func<float[]> Expected) Plan(Func<string, int, Tensor> tensor, int count);

    private static string? Difference(string name, ReadOnlySpan<float> got, float[] expected)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(got[i]) != BitConverter.SingleToInt32Bits(expected[i]))
                return $"{name} of {expected.Length} floats: element {i}: expected {expected[i]:G9}, got {got[i]:G9}";
        }

        return null;
    }

    /// <summary>Messages of bytes, each rank's of another length.</summary>
    private static CollectiveResult Words(Communicator ranks)
    {
        static byte[] Of(int rank, int n) =>
            [.. Enumerable.Range(0, (n * rank % 3000) + rank).Select(i => (byte)(i + rank))];

        string? failure = null;
        long start = Stopwatch.GetTimestamp();
        foreach (int n in Counts)
        {
            byte[][] got = ranks.Exchange(Of(ranks.Rank, n));
            int wrong = Enumerable.Range(0, ranks.Size).FirstOrDefault(r => !got[r].SequenceEqual(Of(r, n)), -1);
            if (wrong >= 0)
            {
                failure ??= $"messages: rank {wrong}: expected its {Of(wrong, n).Length} bytes, got "
                    + $"{got[wrong].Length} others";
            }

            for (int root = 0; root < ranks.Size; root++)
            {
                if (!ranks.Share(Of(ranks.Rank, n), root).SequenceEqual(Of(root, n)))
                    failure ??= $"messages: expected those of rank {root}, got others";
            }
        }

        return new CollectiveResult(
            "messages", Counts.Length, 3000 + ranks.Size, Stopwatch.GetElapsedTime(start), failure);
    }

    private static void Fill(Tensor x, int rank, int first)
    {
        Span<float> values = x.Span<float>();
        for (int i = 0; i < values.Length; i++)
            values[i] = Value(rank, first + i);
    }

    private static float[] Values(int rank, int count) => [.. Enumerable.Range(0, count).Select(i => Value(rank, i))];

    private static float[] All(int ranks, int count) =>
        [.. Enumerable.Range(0, ranks).SelectMany(r => Values(r, count))];

    private static float[] Sum(int ranks, int count, int first)
    {
        var sum = new float[count];
        for (int i = 0; i < count; i++)
        {
            sum[i] = Value(0, first + i);
            for (int rank = 1; rank < ranks; rank++)
                sum[i] += Value(rank, first + i);
        }

        return sum;
    }

    /// <summary>From about 1e-4 to 1e4 in magnitude, of either sign.</summary>
    private static float Value(int rank, int i)
    {
        ulong bits = SplitMix64.Hash((ulong)rank, (ulong)i);
        float mantissa = 1 + ((bits & 0xffffff) / (float)0x1000000);
        return MathF.ScaleB((bits >> 60 & 1) == 0 ? mantissa : -mantissa, (int)(bits >> 32 & 31) - 14);
    }
}
