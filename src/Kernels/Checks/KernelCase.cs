using System.Runtime.CompilerServices;
using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>
/// A launch of a kernel on inputs of its own, with what it must give. On a device that does not check accesses by
/// itself nothing is mapped beside every buffer, where the driver can do that; a buffer is followed by a margin, and
/// outputs are filled with a pattern: what is written beside them, or not written at all, shows.
/// </summary>
public sealed class KernelCase : IDisposable
{
    private const int MarginBytes = 256;
    private const byte Pattern = 0xA5;

    private readonly CheckDevice _device;
    private readonly CudaKernel _kernel;
    private readonly Guard _guard;
    private readonly List<(DeviceMemory Memory, int Bytes)> _buffers = [];
    private readonly KernelArguments _arguments = new();
    private LaunchShape _shape;
    private long _bytes;
    private long _moved;

    /// <param name="guard">Where nothing is mapped beside its buffers.</param>
    internal KernelCase(CheckDevice device, KernelCheck check, Guard guard)
    {
        (_device, _guard) = (device, guard);
        _kernel = device.Kernels.Get(check.Source, check.Kernel);
    }

    /// <summary>Relative, over every element that was compared.</summary>
    public double LargestError { get; private set; }

    /// <summary>Device memory with these values; of none, a little that is not to be read.</summary>
    public DeviceMemory Input<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceMemory memory = Allocate(name, values.Length * Unsafe.SizeOf<T>());
        memory.Upload(values);
        return memory;
    }

    /// <summary>Device memory for the kernel to write.</summary>
    public DeviceMemory Output<T>(string name, int count)
        where T : unmanaged => Allocate(name, count * Unsafe.SizeOf<T>());

    /// <summary>Launches once, and returns when it is done.</summary>
    /// <param name="bytes">That must move by the contract.</param>
    public void Launch(in LaunchShape shape, long bytes, Action<KernelArguments> arguments)
    {
        (_shape, _bytes) = (shape, bytes);
        arguments(_arguments.Clear());

        // Copies from pageable memory may return before the device has them, and the stream does not wait for them.
        _device.Synchronize();
        long before = _device.Moved;
        Queue();
        _device.Stream.Synchronize();
        _moved = _device.Moved - before;
        CheckMargins();
    }

    /// <summary>Compares a buffer's first elements.</summary>
    /// <exception cref="KernelCheckException">One is not what is expected.</exception>
    public void Expect<T>(DeviceMemory memory, ReadOnlySpan<T> expected, Tolerance tolerance)
        where T : unmanaged
    {
        var got = new T[expected.Length];
        memory.Download(got.AsSpan());
        (double largest, string? difference) = Comparison.Of(memory.Name, expected, got, tolerance);
        LargestError = Math.Max(LargestError, largest);
        if (difference is not null)
            throw new KernelCheckException(difference);
    }

    /// <summary>Compares a buffer's first elements, bf16, with numbers that are rounded once.</summary>
    /// <param name="relative">The largest relative error before rounding.</param>
    /// <exception cref="KernelCheckException">One is the nearest of no number that near to the truth.</exception>
    public void ExpectRounded(DeviceMemory memory, ReadOnlySpan<double> truth, double relative)
    {
        var got = new ushort[truth.Length];
        memory.Download(got.AsSpan());
        for (int i = 0; i < got.Length; i++)
        {
            double room = Math.Abs(truth[i]) * relative, value = Bf16.Widen(got[i]);
            float low = Bf16.Widen(Bf16.Round(truth[i] - room));
            float high = Bf16.Widen(Bf16.Round(truth[i] + room));
            if ((value >= low && value <= high) || (double.IsNaN(value) && double.IsNaN(truth[i])))
            {
                LargestError = Math.Max(LargestError, value == truth[i] ? 0 : Math.Abs((value / truth[i]) - 1));
                continue;
            }

            LargestError = double.PositiveInfinity;
            string expected = low == high ? $"{low:R}" : $"{low:R} to {high:R}";
            throw new KernelCheckException(
                $"{memory.Name}[{i}]: expected {expected}, {truth[i]:R} rounded to bf16, got {value:R}");
        }
    }

    /// <summary>Compares a buffer's first elements, fp32 or bf16 (as ushort), as a whole.</summary>
    /// <param name="relative">The largest |got - expected| / |expected|, in L2.</param>
    /// <param name="place">Where an element stands, in words.</param>
    /// <param name="gain">The largest <see cref="Comparison.Gain"/>, of either sign.</param>
    /// <exception cref="KernelCheckException">The error is larger.</exception>
    public void ExpectWhole<T>(
        DeviceMemory memory, ReadOnlySpan<float> expected, double relative, Func<int, string>? place = null,
        double gain = double.PositiveInfinity)
        where T : unmanaged
    {
        var stored = new T[expected.Length];
        memory.Download(stored.AsSpan());
        float[] got = Array.ConvertAll(stored, x => (float)Comparison.Value(x));
        ExpectWhole(memory.Name, got, expected, relative, place);
        double found = Comparison.Gain(expected, got);
        if (!(Math.Abs(found) <= gain))
        {
            throw new KernelCheckException(
                $"{memory.Name}: expected errors that cancel, {gain:G2} at most as a whole over {got.Length} elements, "
                + $"got {found:G3}: all of it is too {(found > 0 ? "large" : "small")}, as by cutting off what is to "
                + "be rounded");
        }
    }

    /// <summary>The same of values that were downloaded.</summary>
    public void ExpectWhole(
        string name, ReadOnlySpan<float> got, ReadOnlySpan<float> expected, double relative,
        Func<int, string>? place = null)
    {
        (double error, string? difference) = Comparison.OfWhole(name, expected, got, relative, place);
        LargestError = Math.Max(LargestError, error);
        if (difference is not null)
            throw new KernelCheckException(difference);
    }

    public void Dispose()
    {
        foreach ((DeviceMemory memory, _) in _buffers)
            memory.Dispose();
    }

    /// <summary>Measures the launch again, on what it left.</summary>
    internal KernelMeasure Measure(string shape)
    {
        if (_device.IsCounting)
            return new KernelMeasure(shape, _bytes, _moved, null, null);
        double seconds = CheckClock.Median(_device, Queue);
        return new KernelMeasure(shape, _bytes, null, seconds, CheckClock.Copy(_device, _bytes));
    }

    private void Queue() => _kernel.Launch(_device.Stream, _shape, _arguments);

    private DeviceMemory Allocate(string name, int bytes)
    {
        // Memory that ends where its page ends has what is left of 16 bytes.
        int margin = _device.IsCounting ? 0 : _guard == Guard.Behind ? -bytes & 15 : MarginBytes;
        var size = (nuint)Math.Max(1, bytes + margin);
        DeviceMemory memory = _guard == Guard.None
            ? new DeviceMemory(_device.Context, name, size)
            : DeviceMemory.Guarded(_device.Context, name, size, _guard);
        _buffers.Add((memory, bytes));
        if (!_device.IsCounting)
        {
            var filled = new byte[bytes + margin];
            filled.AsSpan().Fill(Pattern);
            memory.Upload<byte>(filled);
        }

        return memory;
    }

    private void CheckMargins()
    {
        if (_device.IsCounting)
            return;
        Span<byte> all = stackalloc byte[MarginBytes];
        foreach ((DeviceMemory memory, int bytes) in _buffers)
        {
            Span<byte> margin = all[..Math.Max(0, (int)memory.Bytes - bytes)];
            memory.Download(margin, (nuint)bytes);
            int at = margin.IndexOfAnyExcept(Pattern);
            if (at >= 0)
            {
                throw new KernelCheckException(
                    $"{memory.Name}: expected nothing written behind its {bytes} bytes, got a write at byte "
                    + $"{bytes + at}");
            }
        }
    }
}
