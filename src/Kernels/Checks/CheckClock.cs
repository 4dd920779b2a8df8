using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Checks;

/// <summary>Times work on a GPU by the device's own clock.</summary>
internal static class CheckClock
{
    private const int WarmUps = 3;
    private const int Repeats = 21;

    /// <summary>Median, in seconds, of work that is queued again and again.</summary>
    public static double Median(CheckDevice device, Action queue)
    {
        double[] times = new EventClock(device.Context, device.Stream).Times(queue, WarmUps, Repeats);
        return times[Repeats / 2];
    }

    /// <summary>Median, in seconds, of a copy that reads half of the bytes and writes the other half.</summary>
    public static double Copy(CheckDevice device, long bytes)
    {
        nuint half = (nuint)Math.Max(1, bytes / 2);
        using var source = new DeviceMemory(device.Context, "source of the copy", half);
        using var destination = new DeviceMemory(device.Context, "destination of the copy", half);
        source.Zero(device.Stream);
        return Median(device, () => destination.CopyFrom(source, device.Stream));
    }
}
