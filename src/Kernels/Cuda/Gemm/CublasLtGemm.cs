using MolEngine.Kernels.Cuda.Memory;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>
/// Products by cuBLASLt, fp32 accumulation, the algorithm of each shape chosen once, so that a product repeats to the
/// bit. What the library has no product for is left to <see cref="BuiltinGemm"/>, and everything from the first call on
/// that the library fails: a call that fails has queued nothing.
/// </summary>
/// <remarks>
/// The library is column-major: a row-major D [M, N] is its D' [N, M], the product of B' and A' in that order. A second
/// term is multiplied first, into D, each block of a block-diagonal one by itself, and the first one goes onto it.
/// Where D is bf16 that rounds the second term, a small addend here, as an adapter's hidden values are rounded before
/// it, and the whole once; it costs 4 bytes of traffic an element. A bias of D's type is added by the library as it
/// stores D. What would round the whole twice, or has a bias of another type, is summed in fp32 in a scratch buffer, a
/// slice of rows at a time, so that the slice stays in the L2 cache, and finished by <see cref="GemmFinish"/>: 10 bytes
/// of cache traffic an element, 18 with a second term.
/// </remarks>
internal sealed class CublasLtGemm : IGemm
{
    /// <summary>Unlocks all the library's kernels, on Hopper too.</summary>
    private const int WorkspaceBytes = 32 << 20;

    /// <summary>Of a slice of sums: less than an L2 cache, the operands' part of it left.</summary>
    private const long SliceBytes = 16 << 20;

    /// <summary>Slices are whole tiles of any of the library's kernels.</summary>
    private const int SliceRows = 256;

    /// <summary>Plans kept: a run has a few dozen shapes, and as many again as rows of a batch have lengths.</summary>
    private const int MostPlans = 1024;

    private readonly CudaStream _stream;
    private readonly ICublasLt _library;
    private readonly CublasLt _blas;
    private readonly DeviceMemory _workspace;
    private readonly BuiltinGemm _builtin;
    private readonly GemmFinish _finish;
    private readonly Dictionary<CublasLtShape, CublasLtPlan?> _plans = [];
    private readonly DeviceScratch _scratch;
    private readonly Action<string>? _note;
    private readonly GemmTuning? _tuning;

    /// <param name="library">cuBLASLt; not disposed of.</param>
    /// <param name="note">Told, for people, when the library fails; null for nobody.</param>
    /// <param name="tuning">Chooses the algorithms of large products; null for the library's own choice.</param>
    /// <exception cref="CudaException">The library refuses to start.</exception>
    public CublasLtGemm(
        CudaStream stream, CudaKernels kernels, ICublasLt library, Action<string>? note = null,
        GemmTuning? tuning = null)
    {
        (_stream, _library, _note, _tuning) = (stream, library, note, tuning);
        _scratch = new DeviceScratch(stream.Context, stream, new DeviceHolders());
        _builtin = new BuiltinGemm(stream, kernels);
        _finish = new GemmFinish(stream, kernels);
        _workspace = new DeviceMemory(stream.Context, "cublasLt workspace", WorkspaceBytes);
        try
        {
            _blas = new CublasLt(stream.Context, library);
        }
        catch
        {
            _workspace.Dispose();
            throw;
        }
    }

    /// <summary>The library has failed in some call, and that was told: this program's kernels do everything.</summary>
    public bool HasFailed { get; private set; }

    public void Run(in GemmCall call)
    {
        if (call.M == 0 || call.N == 0)
            return;
        GemmCall whole = call with { M = Math.Max(call.M, call.Room), Room = 0 };
        if (HasFailed || call.A.Type != call.B.Type || call.K == 0)
            _builtin.Run(call);
        else if ((call.Bias is not { } bias || bias.Type == call.D.Type)
            && (call.Second is null || call.Beta == 0 || call.D.Type == DType.F32))
            MultiplyBoth(whole);
        else
            RunInSlices(whole);
    }

    public void Dispose()
    {
        _stream.Drain();
        Disposal.Of([.. _plans.Values, _scratch, _blas, _workspace]);
        _plans.Clear();
    }

    private void RunInSlices(in GemmCall call)
    {
        long rows = Math.Max(SliceRows, SliceBytes / (call.N * (long)sizeof(float)) / SliceRows * SliceRows);
        int slice = (int)Math.Min(call.M, rows);
        DeviceMemory memory = _scratch.Get("sums of products", DType.F32, slice * (long)call.N);
        var sums = new GemmOperand(memory.Address, DType.F32, call.N);
        for (int first = 0; first < call.M; first += slice)
        {
            int count = Math.Min(slice, call.M - first);
            GemmCall part = call with { M = count, A = RowsOf(call.A, first), D = call.D.From(first) };
            if (call.Second is { } second)
                part = part with { Second = second with { A = RowsOf(second.A, first) } };
            MultiplyBoth(part with { Bias = null, D = sums, Alpha = 1, Beta = 0 });
            _finish.Run(sums.Address, sums.Stride, part);
        }
    }

    /// <summary>The second term, if there is one, and the first onto it.</summary>
    private void MultiplyBoth(in GemmCall call)
    {
        bool isOnto = false;
        foreach (GemmCall part in call.OfSecond())
        {
            Multiply(part);
            isOnto = true;
        }

        Multiply(isOnto ? call with { Beta = 1 } : call);
    }

    private void Multiply(in GemmCall call)
    {
        if (!HasMultiplied(call))
            _builtin.Run(call with { Second = null });
    }

    /// <summary>False where the library has no such product, or has failed.</summary>
    private bool HasMultiplied(in GemmCall call)
    {
        if (HasFailed)
            return false;
        try
        {
            if (PlanOf(call) is not { } plan)
                return false;
            Queue(plan, call, plan.Algorithm);
            return true;
        }
        catch (Exception e) when (IsOfLibrary(e))
        {
            HasFailed = true;
            _note?.Invoke($"{e.Message} From here on this program's kernels do the products.");
            return false;
        }
    }

    /// <summary>A status of the library, or a function that it lacks.</summary>
    internal static bool IsOfLibrary(Exception e) =>
        e is CudaException { Library: CudaChecks.CublasLtName } or EntryPointNotFoundException;

    private void Queue(CublasLtPlan plan, in GemmCall call, cublasLtMatmulAlgo_t algorithm)
    {
        if (call.Bias is { } bias)
        {
            plan.Description.Set(
                cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias.Address);
        }

        _blas.Matmul(
            plan.Description, call.Alpha, (call.B.Address, plan.B), (call.A.Address, plan.A), call.Beta,
            (call.D.Address, plan.D), (call.D.Address, plan.D), algorithm, _workspace, _stream);
    }

    /// <summary>Null where the library has no such product.</summary>
    private CublasLtPlan? PlanOf(in GemmCall call)
    {
        CublasLtShape shape = CublasLtShape.Of(call);
        if (_plans.TryGetValue(shape, out CublasLtPlan? plan))
            return plan;
        if (_plans.Count == MostPlans)
        {
            Disposal.Of(_plans.Values);
            _plans.Clear();
        }

        bool isTuned = _tuning?.Takes(shape) ?? false;
        plan = CublasLtPlan.Make(_library, _blas, shape, _workspace.Bytes, isTuned ? GemmTuning.Offered : 1);
        try
        {
            if (isTuned && plan is not null)
                plan.Algorithm = Tuned(plan, shape, call);
        }
        catch
        {
            plan!.Dispose();
            throw;
        }

        return _plans[shape] = plan;
    }

    /// <summary>Products that are timed write into D, or beside it where D is added to.</summary>
    private cublasLtMatmulAlgo_t Tuned(CublasLtPlan plan, in CublasLtShape shape, GemmCall call)
    {
        if (_tuning!.Find(shape, plan.Offered) is { } kept)
            return kept;
        DeviceMemory? beside = null;
        try
        {
            beside = call.Beta == 0 ? null : Beside(call);
            GemmOperand d = beside is null ? call.D : call.D with { Address = beside.Address };
            cublasLtMatmulAlgo_t fastest = _tuning.Fastest(
                plan.Offered, _stream, a => Queue(plan, call with { D = d, Beta = 0 }, a));
            _tuning.Keep(shape, fastest);
            return fastest;
        }
        catch (OutOfMemoryException)
        {
            _note?.Invoke(
                $"no memory to time a product of {call.M} x {call.N} x {call.K}: cuBLASLt's own choice is taken.");
            return plan.Offered[0];
        }
        finally
        {
            // Where one of the products fails, others may still be queued.
            _stream.Drain();
            beside?.Dispose();
        }
    }

    private DeviceMemory Beside(in GemmCall call) => new(
        _stream.Context, "product that is timed",
        (nuint)((((call.M - 1L) * call.D.Stride) + call.N) * call.D.Type.Size()));

    /// <summary>op(A) from a row on.</summary>
    private static GemmOperand RowsOf(in GemmOperand a, int first) => a.Transposed
        ? a with { Address = a.Address + (ulong)((long)first * a.Type.Size()) }
        : a.From(first);
}
