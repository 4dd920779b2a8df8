using System.Runtime.InteropServices;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Cuda.Memory;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Planning;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <summary>
/// The CUDA backend: every op queues kernels on one stream and returns. The host waits in <see cref="Download"/>,
/// <see cref="Synchronize"/> and the ops that return a number.
/// </summary>
internal sealed partial class CudaOps : Ops.Ops
{
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly CudaKernels _kernels;
    private readonly StagedCopies _copies;
    private readonly DeviceHolders _holders = new();
    private readonly DeviceScratch _scratch;
    private readonly LayoutTables _tables;
    private readonly DeviceFaults _faults;
    private readonly CublasLtGemm? _library;
    private readonly IGemm _gemm;
    private readonly IGemm _decode;
    private readonly GemmFinish _finish;
    private readonly KernelQueue _queue;

    /// <param name="context">Owned from here on, with its driver, stream, kernels and products.</param>
    /// <param name="notes">What kernels and products do otherwise than they were asked to.</param>
    /// <param name="meter">Told of all work; null for none.</param>
    /// <param name="plansLibrary">The meter is told of products as a library would do them.</param>
    public CudaOps(
        CudaContext context, CudaStream stream, CudaKernels kernels, IGemm gemm, DType activationType,
        BackendNotes notes, IWorkMeter? meter = null, bool plansLibrary = false)
    {
        Notes = notes;
        (_context, _stream, _kernels) = (context, stream, kernels);
        _queue = new KernelQueue(stream, kernels, meter);
        var decode = new DecodeGemm(stream, kernels);
        _gemm = meter is null ? gemm : new MeteredGemm(gemm, meter, plansLibrary || gemm is CublasLtGemm);
        _decode = meter is null ? decode : new MeteredGemm(decode, meter, isByLibrary: false);
        _finish = new GemmFinish(stream, kernels);
        (ActivationType, _library) = (activationType, gemm as CublasLtGemm);
        _copies = new StagedCopies(context, stream);
        _scratch = new DeviceScratch(context, stream, _holders);
        _tables = new LayoutTables(context, stream, _copies);
        _faults = new DeviceFaults(context, stream);
    }

    public override string Description =>
        $"cuda:{_context.Properties.Ordinal} ({_context.Properties.Name}, {(IsBf16 ? "bf16" : "fp32")} activations, "
        + $"{(UsesCublasLt ? "cuBLASLt" : "builtin")} products)";

    public override DType ActivationType { get; }

    public override bool UsesCublasLt => _library is { HasFailed: false };

    public override GpuModel? Gpu
    {
        get
        {
            CudaDeviceProperties p = _context.Properties;
            return new GpuModel(
                $"cuda:{p.Ordinal}", p.Name, p.Capability, p.Multiprocessors, _context.Memory().Free, Bf16Flops: 0,
                MemoryBandwidth: 0, LinkBandwidth: 0)
            { Limits = p.Limits };
        }
    }

    public override (DeviceMemoryUse Now, DeviceMemoryUse Most)? MemoryUse => (_holders.Now, _holders.Most);

    public override long WorkspaceBytes => _scratch.Bytes + _tables.Bytes;

    /// <summary>Of the stream that everything is queued on.</summary>
    internal EventClock Clock => new(_context, _stream);

    private bool IsBf16 => ActivationType == DType.BF16;

    public override Arena CreateArena(string name, bool isOffloaded = false) =>
        new DeviceArena(name, _context, _stream, _holders, isOffloaded);

    public override Tensor Adopt(Tensor host, Arena arena)
    {
        Tensor tensor = arena.AllocateLike(host);
        UploadCore(host, tensor);
        return tensor;
    }

    public override void Upload<T>(ReadOnlySpan<T> source, Tensor destination)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(source);
        RequireBytes("upload", destination, bytes.Length);
        _copies.Upload(bytes, (ulong)destination.Address);
    }

    /// <summary>Uploads in pieces: a span ends at 2 GiB.</summary>
    protected override void UploadCore(Tensor host, Tensor destination)
    {
        const int PieceBytes = 1 << 30;
        for (long done = 0; done < host.Bytes; done += PieceBytes)
        {
            int count = (int)Math.Min(host.Bytes - done, PieceBytes);
            _copies.Upload(HostBytes(host, done, count), (ulong)destination.Address + (ulong)done);
        }
    }

    public override void Download<T>(Tensor source, Span<T> destination)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(destination);
        RequireBytes("download", source, bytes.Length);
        _faults.Look();
        _copies.Download((ulong)source.Address, bytes);
        if (bytes.Length == 0)
            _stream.Synchronize();
        _faults.Throw();
    }

    public override void Download(IReadOnlyList<(Tensor Source, double[] Destination)> parts)
    {
        foreach ((Tensor source, double[] destination) in parts)
            RequireBytes("download", source, destination.Length * (long)sizeof(double));
        _faults.Look();
        _copies.Download([.. parts.Select(p => ((ulong)p.Source.Address, p.Destination))]);
        _faults.Throw();
    }

    public override void Synchronize()
    {
        _faults.Look();
        _stream.Synchronize();
        _faults.Throw();
    }

    public override void Dispose()
    {
        _stream.Drain();
        _holders.DisposeOfArenas();
        _gemm.Dispose();
        _faults.Dispose();
        _tables.Dispose();
        _scratch.Dispose();
        _copies.Dispose();
        _kernels.Dispose();
        _stream.Dispose();
        _context.Dispose();
        (_context.Driver as IDisposable)?.Dispose();
    }

    private KernelArguments Arguments() => _queue.Arguments();

    private void Launch(string source, string kernel, in LaunchShape shape, KernelArguments arguments) =>
        _queue.Launch(source, kernel, shape, arguments);

    private static unsafe ReadOnlySpan<byte> HostBytes(Tensor host, long start, int count) =>
        new((byte*)host.Address + start, count);

    private static void RequireBytes(string what, Tensor tensor, long bytes)
    {
        Require.Dense(what, "tensor", tensor);
        if (tensor.Bytes != bytes)
            throw new ArgumentException(
                $"{tensor.Name}: {what}: expected {tensor.Bytes} bytes ({tensor}), got {bytes}");
    }
}
