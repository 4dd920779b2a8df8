using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Driver;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.Kernels.Tests.Cuda.Gemm;

/// <summary>Products on a virtual GPU, and matrices in its memory.</summary>
internal sealed class GemmDevice : IDisposable
{
    private readonly VirtualCudaDriver _driver;
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly CudaKernels _kernels;
    private readonly List<DeviceMemory> _memory = [];
    private readonly List<(string Kernel, LaunchCounters Counters)> _launches = [];

    /// <param name="make">Products; the built-in ones unless given.</param>
    public GemmDevice(
        ulong seed = 1, ulong? perturbation = null, Func<CudaStream, CudaKernels, IGemm>? make = null)
    {
        _driver = new VirtualCudaDriver(
            DeviceProfile.Sm86, new LaunchOptions { Seed = seed, PerturbationSeed = perturbation },
            new VirtualProcess())
        {
            OnLaunch = (kernel, counters) => _launches.Add((kernel, counters)),
        };
        _context = CudaContext.Create(_driver, 0);
        _stream = new CudaStream(_context);
        _kernels = new CudaKernels(_context, KernelImages.Carried);
        Gemm = make?.Invoke(_stream, _kernels) ?? new BuiltinGemm(_stream, _kernels);
        Decode = new DecodeGemm(_stream, _kernels);
    }

    public IGemm Gemm { get; }

    public DecodeGemm Decode { get; }

    public ICudaDriver Driver => _driver;

    public IReadOnlyList<(string Kernel, LaunchCounters Counters)> Launches => _launches;

    /// <summary>Memory of exactly these values, so that what is read beside them is a fault.</summary>
    public ulong Put(float[] values, DType type, string name)
    {
        var memory = new DeviceMemory(_context, name, (nuint)Math.Max(1, values.Length * type.Size()));
        _memory.Add(memory);
        if (type == DType.BF16)
            memory.Upload<ushort>(Array.ConvertAll(values, Bf16.Round));
        else
            memory.Upload<float>(values);
        return memory.Address;
    }

    /// <summary>Memory that nothing was written to.</summary>
    public ulong Uninitialised(int count, DType type, string name)
    {
        var memory = new DeviceMemory(_context, name, (nuint)(count * type.Size()));
        _memory.Add(memory);
        return memory.Address;
    }

    public float[] Get(ulong address, int count, DType type)
    {
        _stream.Synchronize();
        DeviceMemory memory = _memory.Single(m => m.Address == address);
        var values = new float[count];
        if (type != DType.BF16)
        {
            memory.Download(values.AsSpan());
            return values;
        }

        var bits = new ushort[count];
        memory.Download(bits.AsSpan());
        return Array.ConvertAll(bits, Bf16.Widen);
    }

    public void Dispose()
    {
        _stream.Drain();
        foreach (DeviceMemory memory in _memory)
            memory.Dispose();
        Gemm.Dispose();
        _kernels.Dispose();
        _stream.Dispose();
        _context.Dispose();
        _driver.Dispose();
    }
}
