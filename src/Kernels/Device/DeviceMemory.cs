using System.Runtime.InteropServices;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>
/// A piece of device memory, 256-byte aligned, not initialised. Copies to and from host arrays return when they are
/// done; those of <see cref="PinnedMemory"/> are queued.
/// </summary>
public sealed unsafe class DeviceMemory : CudaResource
{
    /// <summary>The legacy default stream, on which copies without a stream run.</summary>
    private const nint DefaultStream = 0;

    /// <summary>Of what is guarded: as much as any access of a kernel is aligned to.</summary>
    private const nuint GuardedAlignment = 16;

    private readonly GuardedPages? _pages;

    /// <param name="name">What it is for: shown in errors, and told to a driver that reports by name.</param>
    /// <exception cref="OutOfMemoryException">The device has not so much free: says how much it has.</exception>
    public DeviceMemory(CudaContext context, string name, nuint bytes)
        : this(context, name, bytes, driver => Create(context, driver, name, bytes), null)
    {
    }

    private DeviceMemory(
        CudaContext context, string name, nuint bytes, Func<ICudaDriver, nint> create, GuardedPages? pages)
        : base(context, create)
    {
        _pages = pages;
        Name = name;
        Bytes = bytes;
        try
        {
            (Driver as IAllocationNames)?.NameAllocation(Address, bytes, name);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    public nuint Bytes { get; }

    /// <summary>Of the first byte.</summary>
    public ulong Address => (ulong)Value;

    /// <summary>
    /// Memory on one side of which nothing is mapped, in pages of its own, 16-byte aligned: slow to make, for checks.
    /// </summary>
    /// <exception cref="CudaException">The driver maps no pages, or has none left.</exception>
    public static DeviceMemory Guarded(CudaContext context, string name, nuint bytes, Guard guard)
    {
        context.MakeCurrent();
        nuint whole = (bytes + GuardedAlignment - 1) / GuardedAlignment * GuardedAlignment;
        GuardedPages pages = GuardedPages.Create(context, whole);
        ulong start = guard == Guard.Behind ? pages.Address + pages.Bytes - whole : pages.Address;
        return new DeviceMemory(context, name, bytes, _ => (nint)start, pages);
    }

    /// <summary>Copies host values to byte <paramref name="offset"/> on; done on return.</summary>
    /// <remarks>
    /// The driver may return before the last bytes of a pageable copy have landed, and streams that do not wait for the
    /// default stream would not see them: so it is waited for.
    /// </remarks>
    public void Upload<T>(ReadOnlySpan<T> source, nuint offset = 0)
        where T : unmanaged
    {
        ReadOnlySpan<byte> raw = MemoryMarshal.AsBytes(source);
        ulong to = Range("upload", offset, (nuint)raw.Length);
        fixed (byte* from = raw)
            Driver.Check(Driver.cuMemcpyHtoD(to, from, (nuint)raw.Length));
        Driver.Check(Driver.cuStreamSynchronize(DefaultStream));
        GC.KeepAlive(this);
    }

    /// <summary>Copies from byte <paramref name="offset"/> on to the host; done on return.</summary>
    /// <remarks>It does not wait for streams: synchronise the one that writes first.</remarks>
    public void Download<T>(Span<T> destination, nuint offset = 0)
        where T : unmanaged
    {
        Span<byte> raw = MemoryMarshal.AsBytes(destination);
        ulong from = Range("download", offset, (nuint)raw.Length);
        fixed (byte* to = raw)
            Driver.Check(Driver.cuMemcpyDtoH(to, from, (nuint)raw.Length));
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Queues a copy of pinned memory's first <paramref name="count"/> bytes: they must stay as they are until the
    /// stream has reached it.
    /// </summary>
    public void Upload(PinnedMemory source, nuint count, CudaStream stream, nuint offset = 0)
    {
        Within(source, count);
        stream.Upload(source, count, Range("upload", offset, count));
        GC.KeepAlive(this);
    }

    /// <summary>Queues a copy into pinned memory: it holds the bytes once the stream has reached it.</summary>
    public void Download(PinnedMemory destination, nuint count, CudaStream stream, nuint offset = 0)
    {
        Within(destination, count);
        stream.Download(Range("download", offset, count), count, destination);
        GC.KeepAlive(this);
    }

    /// <summary>Queues a copy of as many bytes as this holds, of other device memory.</summary>
    public void CopyFrom(DeviceMemory source, CudaStream stream)
    {
        stream.Copy(source.Range("copy", 0, Bytes), Address, Bytes);
        GC.KeepAlive(source);
        GC.KeepAlive(this);
    }

    /// <summary>Queues setting every byte to zero.</summary>
    public void Zero(CudaStream stream)
    {
        stream.Zero(Address, Bytes);
        GC.KeepAlive(this);
    }

    private protected override void ReleaseIn(ICudaDriver driver, nint native)
    {
        if (_pages is null)
            driver.cuMemFree((ulong)native);
        else
            _pages.Release(driver);
    }

    private static nint Create(CudaContext context, ICudaDriver driver, string name, nuint bytes)
    {
        CUresult result = driver.cuMemAlloc(out ulong address, bytes);
        if (result == CUresult.CUDA_ERROR_OUT_OF_MEMORY)
        {
            (long free, long total) = context.Memory();
            throw new OutOfMemoryException(
                $"{context.Properties.Name}: no memory for {name}: expected {bytes} bytes free, got {free} of {total}");
        }

        driver.Check(result, $"cuMemAlloc({name}, {bytes} bytes)");
        return (nint)address;
    }

    /// <summary>The address of a range inside, with the context made current.</summary>
    private ulong Range(string what, nuint offset, nuint count)
    {
        if (offset > Bytes || count > Bytes - offset)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), $"{Name}: {what} of {count} bytes from byte {offset}: expected them within {Bytes}");
        }

        Context.MakeCurrent();
        return Address + offset;
    }

    private void Within(PinnedMemory host, nuint count)
    {
        if (count > host.Bytes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), $"{Name}: copy of {count} bytes: expected pinned memory of as many, got {host.Bytes}");
        }
    }
}
