namespace MolEngine.Kernels.Device;

/// <summary>Times what is queued on a stream, by the device's own clock.</summary>
public sealed class EventClock(CudaContext context, CudaStream stream)
{
    /// <summary>
    /// Seconds that each run took on the device, ascending. Runs are queued one behind the other without waiting, as
    /// training queues them: where the host is ahead, what a launch costs the host is no part of them.
    /// </summary>
    /// <param name="warmUps">Runs before those that are timed.</param>
    /// <param name="repeats">Runs that are timed; at least 1.</param>
    public double[] Times(Action queue, int warmUps, int repeats)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        CudaEvent[] marks = [.. Enumerable.Range(0, repeats + 1).Select(_ => new CudaEvent(context, timed: true))];
        try
        {
            for (int i = 0; i < warmUps; i++)
                queue();
            marks[0].Record(stream);
            for (int i = 1; i <= repeats; i++)
            {
                queue();
                marks[i].Record(stream);
            }

            marks[repeats].Synchronize();
            double[] seconds =
                [.. Enumerable.Range(0, repeats).Select(i => marks[i + 1].MillisecondsSince(marks[i]) / 1e3)];
            Array.Sort(seconds);
            return seconds;
        }
        finally
        {
            foreach (CudaEvent mark in marks)
                mark.Dispose();
        }
    }
}
