using System.Runtime.InteropServices;
using System.Text;
using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Tests;

/// <summary>
/// A virtual GPU with a context and one module, driven through the driver interface as the backend drives it.
/// </summary>
internal sealed unsafe class Gpu : IDisposable
{
    private const int LogBytes = 4096;
    private const int ArgumentBytes = 64;

    private readonly List<(string Kernel, LaunchCounters Counters)> _launches = [];
    private nint _module;

    /// <param name="process">One of its own unless given: other tests go on after a fault.</param>
    public Gpu(
        string? ptx = null, DeviceProfile? device = null, LaunchOptions? options = null,
        VirtualProcess? process = null)
    {
        Driver = new VirtualCudaDriver(device, options, process ?? new VirtualProcess())
        {
            OnLaunch = (k, c) => _launches.Add((k, c)),
        };
        Ok(Driver.cuInit(0));
        Ok(Driver.cuDevicePrimaryCtxRetain(out nint context, 0));
        Ok(Driver.cuCtxSetCurrent(context));
        if (ptx is not null)
            Load(ptx);
    }

    public VirtualCudaDriver Driver { get; }

    /// <summary>Of the last launch that has run.</summary>
    public LaunchCounters Counters => _launches[^1].Counters;

    public nint Module => _module;

    /// <summary>Loads PTX; what is refused is thrown with the driver's log.</summary>
    public void Load(string ptx)
    {
        byte[] image = [.. Encoding.UTF8.GetBytes(ptx), 0];
        byte[] log = new byte[LogBytes];
        fixed (byte* bytes = image, errors = log)
        {
            CUjit_option* options = stackalloc CUjit_option[]
                { CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES };
            void** values = stackalloc void*[] { errors, (void*)LogBytes };
            CUresult status = Driver.cuModuleLoadDataEx(out _module, bytes, 2, options, values);
            if (status != CUresult.CUDA_SUCCESS)
                throw new InvalidOperationException(Encoding.UTF8.GetString(log).TrimEnd('\0'));
        }
    }

    public nint Function(string kernel)
    {
        Ok(Driver.cuModuleGetFunction(out nint function, _module, kernel));
        return function;
    }

    public ulong Allocate(long bytes, string name)
    {
        Ok(Driver.cuMemAlloc(out ulong address, (nuint)bytes));
        Driver.NameAllocation(address, (ulong)bytes, name);
        return address;
    }

    public ulong Upload<T>(ReadOnlySpan<T> values, string name)
        where T : unmanaged
    {
        ulong address = Allocate(values.Length * sizeof(T), name);
        fixed (T* source = values)
            Ok(Driver.cuMemcpyHtoD(address, source, (nuint)(values.Length * sizeof(T))));
        return address;
    }

    public T[] Download<T>(ulong address, int count)
        where T : unmanaged
    {
        var values = new T[count];
        fixed (T* destination = values)
            Ok(Driver.cuMemcpyDtoH(destination, address, (nuint)(count * sizeof(T))));
        return values;
    }

    /// <summary>Launches without waiting; arguments are passed by their own sizes.</summary>
    public CUresult Launch(
        string kernel, (int X, int Y, int Z) grid, (int X, int Y, int Z) block, int shared, nint stream,
        params object[] arguments)
    {
        nint memory = (nint)NativeMemory.AllocZeroed((nuint)arguments.Length + 1, ArgumentBytes);
        void** pointers = stackalloc void*[arguments.Length];
        try
        {
            for (int i = 0; i < arguments.Length; i++)
            {
                pointers[i] = (byte*)memory + (ArgumentBytes * i);
                Marshal.StructureToPtr(arguments[i], (nint)pointers[i], false);
            }

            return Driver.cuLaunchKernel(
                Function(kernel), (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)block.X, (uint)block.Y, (uint)block.Z,
                (uint)shared, stream, pointers, null);
        }
        finally
        {
            NativeMemory.Free((void*)memory);
        }
    }

    /// <summary>Launches on the default stream and waits.</summary>
    public LaunchCounters Run(string kernel, int grid, int block, params object[] arguments) =>
        Run(kernel, (grid, 1, 1), (block, 1, 1), 0, arguments);

    public LaunchCounters Run(
        string kernel, (int X, int Y, int Z) grid, (int X, int Y, int Z) block, int shared, params object[] arguments)
    {
        Ok(Launch(kernel, grid, block, shared, 0, arguments));
        Ok(Driver.cuCtxSynchronize());
        return Counters;
    }

    /// <summary>The fault that an action must end in.</summary>
    public static VirtualGpuFault Fault(FaultKind kind, Action action)
    {
        VirtualGpuFault fault = Assert.Throws<VirtualGpuFault>(action);
        Assert.True(fault.Kind == kind, $"expected {kind}, got {fault.Kind}: {fault.Message}");
        return fault;
    }

    public void Ok(CUresult status) =>
        Assert.True(status == CUresult.CUDA_SUCCESS, $"{status}: {Driver.Reason}");

    public void Dispose() => Driver.Dispose();
}
