using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Checks;

/// <summary>The cases of one kernel on one device.</summary>
/// <param name="most">Only so many cases, the first ones, and none is measured; null for all.</param>
public sealed class KernelTrial(CheckDevice device, KernelCheck check, int? most = null)
{
    private readonly List<string> _shapes = [];
    private double _largest;
    private string? _worst;
    private Guard _guard;
    private KernelMeasure? _measure;

    /// <summary>A device that counts is a slow one: sizes are small there.</summary>
    public bool IsCounting => device.IsCounting;

    /// <summary>
    /// Elements of the cases that every elementwise kernel is tried with: around a warp, a block and a block's work,
    /// none of them round, and last the round one that is measured: on a GPU it exceeds the caches.
    /// </summary>
    public IReadOnlyList<int> Counts { get; } = most is not null
        ? [33, 4099, 1 << 16]
        : device.IsCounting
        ? [1, 31, 32, 33, 257, 4099, 66_539, 1 << 16]
        : [1, 31, 32, 33, 257, 4099, 1_000_003, 1 << 24];

    /// <summary>Runs a case; the one whose count is the last of <see cref="Counts"/> is measured too.</summary>
    public void Case(int count, Action<KernelCase> run) => Case($"{count}", run, count == Counts[^1]);

    /// <param name="shape">For people; the case's own words.</param>
    public void Case(string shape, Action<KernelCase> run, bool isMeasured = false)
    {
        if (_shapes.Count == most)
            return;
        _shapes.Add(shape);
        foreach (Guard guard in device.Guards)
        {
            _guard = guard;
            using var one = new KernelCase(device, check, guard);
            try
            {
                run(one);
            }
            finally
            {
                if (one.LargestError > _largest)
                    (_largest, _worst) = (one.LargestError, shape);
            }

            if (isMeasured && most is null && guard == device.Guards[^1])
                _measure = one.Measure(shape);
        }

        _guard = Guard.None;
    }

    /// <summary>Runs cases that need a device and no kernel of their own, all at once.</summary>
    /// <param name="shapes">For people; the cases' own words.</param>
    public void Cases(IEnumerable<string> shapes, Action<CheckDevice> run)
    {
        run(device);
        _shapes.AddRange(shapes);
    }

    /// <summary>A strict driver may throw anything; whatever it is, the kernel failed.</summary>
    internal KernelCheckResult Run()
    {
        string? failure = null;
        try
        {
            check.Run(this);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            string beside = _guard switch
            {
                Guard.Behind => " (nothing is mapped behind any buffer)",
                Guard.Before => " (nothing is mapped before any buffer)",
                _ => "",
            };
            failure = _shapes.Count == 0 ? e.Message : $"{_shapes[^1]}{beside}: {e.Message}";
        }

        return new KernelCheckResult(check, _shapes, _largest, _worst, failure, _measure);
    }
}
