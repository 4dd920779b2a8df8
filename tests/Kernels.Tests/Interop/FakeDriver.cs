using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Tests.Interop;

/// <summary>A driver of one device that does nothing, and remembers what it was asked.</summary>
public unsafe partial class FakeDriver(FaultPlan plan) : ICudaDriver
{
    private nint _current;

    public FaultPlan Plan => plan;

    public int Version { get; init; } = 12040;

    public CUresult InitResult { get; init; }

    public int Devices { get; init; } = 1;

    public (int Major, int Minor) Capability { get; init; } = (8, 9);

    public bool OutOfMemory { get; init; }

    public int MaxThreadsPerBlock { get; init; } = 1024;

    public int StaticShared { get; init; }

    /// <summary>Of the last module that was loaded: the bytes up to the zero that ends them.</summary>
    public byte[] Image { get; private set; } = [];

    /// <summary>Of the last launch: grid, block, dynamic shared memory.</summary>
    public (uint X, uint Y, uint Z, uint BlockX, uint BlockY, uint BlockZ, uint Shared) Shape { get; private set; }

    /// <summary>Sizes of the arguments that a launch reads.</summary>
    public int[] ArgumentBytes { get; init; } = [];

    public List<byte[]> Arguments { get; } = [];

    public List<(CUfunction_attribute, int)> Attributes { get; } = [];

    public nint Context { get; private set; }

    public CUresult cuInit(uint flags) => InitResult == CUresult.CUDA_SUCCESS ? Call() : InitResult;

    public CUresult cuDriverGetVersion(out int version)
    {
        version = Version;
        return Call();
    }

    public CUresult cuDeviceGetCount(out int count)
    {
        count = Devices;
        return Call();
    }

    public CUresult cuGetErrorName(CUresult error, out string? name)
    {
        name = $"{error}";
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuGetErrorString(CUresult error, out string? text)
    {
        text = "words of the driver";
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuDeviceGetName(out string name, int device)
    {
        name = "Fake GPU";
        return Call();
    }

    public CUresult cuDeviceGetAttribute(out int value, CUdevice_attribute attribute, int device)
    {
        value = attribute switch
        {
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR => Capability.Major,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR => Capability.Minor,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X => int.MaxValue,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y => 65535,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z => 65535,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X => 1024,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y => 1024,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z => 64,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK => 1024,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK => 48 << 10,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN => 99 << 10,
            _ => 1,
        };
        return Call();
    }

    public CUresult cuMemGetInfo(out nuint free, out nuint total)
    {
        (free, total) = (5, 7);
        return Call();
    }

    public CUresult cuMemAlloc(out ulong address, nuint bytes)
    {
        address = 0;
        if (OutOfMemory)
            return CUresult.CUDA_ERROR_OUT_OF_MEMORY;
        CUresult result = Create("memory", out nint made);
        address = (ulong)made;
        return result;
    }

    public CUresult cuCtxSetCurrent(nint context)
    {
        _current = context;
        return Call();
    }

    public CUresult cuModuleLoadDataEx(
        out nint module, void* image, uint optionCount, CUjit_option* options, void** optionValues)
    {
        Image = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)image).ToArray();
        CUresult result = Create("module", out module);
        if (result != CUresult.CUDA_SUCCESS)
            "ptxas: the log"u8.CopyTo(new Span<byte>(optionValues[0], (int)optionValues[1]));
        return result;
    }

    public CUresult cuFuncGetAttribute(out int value, CUfunction_attribute attribute, nint function)
    {
        value = attribute switch
        {
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK => MaxThreadsPerBlock,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES => StaticShared,
            _ => 3,
        };
        return Call();
    }

    public CUresult cuFuncSetAttribute(nint function, CUfunction_attribute attribute, int value)
    {
        Attributes.Add((attribute, value));
        return Call();
    }

    public CUresult cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes,
        nint stream, void** kernelParameters, void** extra)
    {
        Shape = (gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes);
        Arguments.Clear();
        for (int i = 0; i < ArgumentBytes.Length; i++)
            Arguments.Add(new ReadOnlySpan<byte>(kernelParameters[i], ArgumentBytes[i]).ToArray());
        return Call();
    }

    private CUresult Create(string kind, out nint made, [CallerMemberName] string call = "")
    {
        made = 0;
        CUresult result = Call(call);
        if (result != CUresult.CUDA_SUCCESS)
            return result;
        if (kind != "context")
            RequireCurrent(call);
        made = plan.Make(kind);
        if (kind == "context")
            Context = made;
        return result;
    }

    private CUresult Destroy(
        string kind, nint released, [CallerMemberName] string call = "")
    {
        if (kind != "context")
            RequireCurrent(call);
        plan.Remove(kind, released);
        return Call(call);
    }

    private void RequireCurrent(string call)
    {
        if (_current != Context || !plan.Live.Contains("context"))
            plan.Mistakes.Add($"{call}: the context was not current");
    }

    private CUresult Call([CallerMemberName] string call = "") =>
        plan.Fails(call) ? CUresult.CUDA_ERROR_UNKNOWN : CUresult.CUDA_SUCCESS;
}
