using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Kernels.Tests.Interop;
using MolEngine.Support;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Kernels.Tests.Cuda.Gemm;

/// <summary>A library that fails or errs is replaced by this program's kernels, and that is told once.</summary>
public sealed class ProductsTests
{
    private const cublasStatus_t Success = cublasStatus_t.CUBLAS_STATUS_SUCCESS;

    private static readonly cublasStatus_t[] Failures = [.. Enum.GetValues<cublasStatus_t>().Where(s => s != Success)];

    /// <summary>Every kind of product is tried before a library is taken.</summary>
    [Fact]
    public void A_library_that_is_right_is_taken()
    {
        using var trial = new Trial();
        Assert.IsType<CublasLtGemm>(trial.Device.Gemm);
        Assert.Empty(trial.Notes);
        Assert.Equal(96, CublasLtProof.Kinds.Distinct().Count());
        Assert.Equal(96, trial.Library.Products.Count);
    }

    [Theory]
    [InlineData(cudaDataType_t.CUDA_R_16BF, 0f, "into BF16")]
    [InlineData(cudaDataType_t.CUDA_R_16BF, 1f, "onto BF16")]
    [InlineData(cudaDataType_t.CUDA_R_32F, 0f, "into F32")]
    [InlineData(cudaDataType_t.CUDA_R_32F, 1f, "onto F32")]
    public void A_library_that_errs_is_not(cudaDataType_t type, float beta, string says)
    {
        using var trial = new Trial((t, b) => t == type && b == beta);
        Assert.IsType<BuiltinGemm>(trial.Device.Gemm);
        string note = Assert.Single(trial.Notes);
        Assert.StartsWith("cuBLASLt: wrong product: A B of BF16, 72 x 56 x 40, ", note);
        Assert.Contains($"{says}: D[0, 0]: expected ", note);
        Assert.EndsWith(". This program's kernels do the products.", note);
        Assert.Equal(0, trial.Library.Alive);
    }

    /// <summary>Every call up to the first product fails, with every status.</summary>
    [Fact]
    public void A_library_that_fails_at_open_is_not()
    {
        int calls;
        using (var whole = new Trial())
            calls = whole.Failing.Calls.IndexOf(nameof(ICublasLt.cublasLtMatmul)) + 1;
        Assert.InRange(calls, 15, 25);
        for (int at = 0; at < calls; at++)
        {
            foreach (cublasStatus_t status in Failures)
            {
                if (IsNoProduct(at, status))
                    continue;
                using var trial = new Trial(failAt: at, status: status);
                Assert.IsType<BuiltinGemm>(trial.Device.Gemm);
                Assert.Contains($"got {status} (", Assert.Single(trial.Notes));
                Assert.Equal(0, trial.Library.Alive);
            }
        }

        bool IsNoProduct(int at, cublasStatus_t status) =>
            at == calls - 2 && status == cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED;
    }

    /// <summary>Every call of a product fails in turn: of plans, of the heuristic and of products.</summary>
    [Fact]
    public void A_library_that_fails_later_is_replaced()
    {
        var kind = new ProductKind(5, 3, 16) { Beta = 1, K2 = 8 };
        int calls;
        using (var whole = new Trial(isProven: false))
        {
            Check(whole, kind);
            calls = whole.Failing.Calls.Count;
        }

        for (int at = 1; at < calls; at++)
        {
            using var trial = new Trial(failAt: at, status: Failures[at % Failures.Length], isProven: false);
            Check(trial, kind);
            Check(trial, kind with { M = 7 });
            bool hasNoProduct = trial.Failing.Calls[at] == nameof(ICublasLt.cublasLtMatmulAlgoGetHeuristic)
                && Failures[at % Failures.Length] == cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED;
            Assert.Equal(hasNoProduct ? 0 : 1, trial.Notes.Count);
            Assert.All(trial.Notes, n => Assert.EndsWith("From here on this program's kernels do the products.", n));

            // After it the library is left alone.
            Assert.True(hasNoProduct || trial.Failing.Calls.Count == at + 1, $"call {at} is not the last one");
        }
    }

    /// <summary>
    /// Every status at every later call, of plans, of the heuristic, of timed products and of products: none is passed
    /// on, each is told once, and the library is left alone from there on. It multiplies nothing: what is asked is
    /// which kernels are launched.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_status_at_every_call_is_answered(bool isTuned)
    {
        using var folder = new TemporaryFolder();
        var plan = new FaultPlan();
        using var context = CudaContext.Create(new FakeDriver(plan), 0);
        using var stream = new CudaStream(context);
        using var kernels = new CudaKernels(context, KernelImages.Carried);
        var operand = new GemmOperand(4096, DType.F32, 2);
        var call = new GemmCall(2, 2, 2, operand, operand, operand, Beta: 1)
        {
            Second = new GemmTerm(2, operand, operand),
        };
        (List<string> calls, _, int own) = Products(-1, Success);
        Assert.Equal(0, own);
        Assert.Equal(isTuned ? 6 : 4, calls.Count(c => c == nameof(ICublasLt.cublasLtMatmul)));
        for (int at = 1; at < calls.Count; at++)
        {
            foreach (cublasStatus_t status in Failures)
            {
                // It has no such product: the library says so, and does not fail.
                bool hasNone = calls[at] == nameof(ICublasLt.cublasLtMatmulAlgoGetHeuristic)
                    && status == cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED;
                (List<string> made, List<string> notes, int launched) = Products(at, status);
                Assert.True(launched > 0, $"{calls[at]} ({at}), {status}: expected this program's kernels");
                Assert.Equal(hasNone ? 0 : 1, notes.Count);
                Assert.True(hasNone || made.Count == at + 1, $"{calls[at]} ({at}), {status}: called again");
                Assert.All(notes, n => Assert.Contains($"got {status} (", n));
            }
        }

        (List<string> Calls, List<string> Notes, int Own) Products(int at, cublasStatus_t status)
        {
            var failing = new FailingCublasLt(new FakeCublasLt(plan) { Working = isTuned ? 2 : 1 }, at, status);
            var notes = new List<string>();
            int before = plan.Calls.Count(c => c == nameof(ICudaDriver.cuLaunchKernel));
            GemmTuning? tuning = isTuned ? new GemmTuning("a device", folder[$"{at} {status}"], 8, Time) : null;
            using (var gemm = new CublasLtGemm(stream, kernels, failing, notes.Add, tuning))
            {
                gemm.Run(call);
                gemm.Run(call with { M = 1, D = operand with { Stride = 4 } });
            }

            return (failing.Calls, notes, plan.Calls.Count(c => c == nameof(ICudaDriver.cuLaunchKernel)) - before);
        }

        static double Time(CudaStream stream, Action queue)
        {
            queue();
            return 1;
        }
    }

    /// <summary>What a checkpoint is told: whose products they are from here on.</summary>
    [Fact]
    public void A_library_that_has_failed_does_no_products_any_more()
    {
        var driver = new VirtualCudaDriver(process: new VirtualProcess());
        int products;
        using (var whole = new Trial())
            products = whole.Failing.Calls.Count;
        var failing = new FailingCublasLt(
            new ExecutingCublasLt(driver), products, cublasStatus_t.CUBLAS_STATUS_EXECUTION_FAILED);
        using MolEngine.Kernels.Ops.Ops ops =
            CudaBackend.Create(driver, 0, KernelImages.Carried, DType.F32, failing);
        Assert.True(ops.UsesCublasLt);
        using Arena arena = ops.CreateArena("test");
        Tensor x = arena.Allocate("x", DType.F32, 3, 8), w = arena.Allocate("w", DType.F32, 5, 8);
        var layout = new SequenceLayout(
            [0, 3], [0, 3], arena.Allocate("positions", DType.I32, 3), arena.Allocate("keys", DType.I64, 3));
        ops.Linear(x, new LinearWeights(w), layout, arena.Allocate("y", DType.F32, 3, 5), null);
        Assert.False(ops.UsesCublasLt);
        Assert.Contains("From here on", Assert.Single(ops.Notes.All));
    }

    /// <summary>The fastest of the first eight, chosen once: the next run has it from the disk.</summary>
    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void Large_products_take_the_fastest_algorithm(float beta)
    {
        using var folder = new TemporaryFolder();
        var kind = new ProductKind(9, 8, 10) { Beta = beta };
        ulong[] Algorithms(ulong fastest, out int count)
        {
            Trial? timed = null;
            var tuning = new GemmTuning("a device", folder.Root, least: 9 * 8 * 10, (_, queue) =>
            {
                queue();
                return timed!.Library.Products[^1].Algorithm == fastest ? 1 : 2;
            });
            using Trial trial = timed = new Trial(isProven: false, tuning: tuning, offers: 9);
            Check(trial, kind);
            count = trial.Library.Products.Count;
            Check(trial, kind);
            Check(trial, kind with { N = 7 });
            return [.. trial.Library.Products[(count - 1)..].Select(p => p.Algorithm)];
        }

        Assert.Equal([5ul, 5, 0], Algorithms(5, out int tried));
        Assert.Equal(8 + 1, tried);
        Assert.Equal([5ul, 5, 0], Algorithms(2, out int kept));
        Assert.Equal(1, kept);
    }

    /// <summary>The library's line of the selftest.</summary>
    [Theory]
    [InlineData(false, -1)]
    [InlineData(true, -1)]
    [InlineData(false, 20)]
    public void A_selftest_tells_of_the_library(bool isWrong, int failAt)
    {
        var driver = new VirtualCudaDriver(process: new VirtualProcess());
        var library = new FailingCublasLt(
            new ExecutingCublasLt(driver) { IsWrong = (_, b) => isWrong && b == 1 }, failAt,
            cublasStatus_t.CUBLAS_STATUS_ARCH_MISMATCH);
        KernelCheckResult result = Assert.Single(KernelChecks.Run(
            [new CublasLtCheck(library)], () => new CheckDevice(driver, 0, KernelImages.Carried)));
        if (isWrong)
            Assert.StartsWith("A B of BF16, 72 x 56 x 40, onto F32: D[0, 0]: expected ", result.Failure);
        else if (failAt >= 0)
            Assert.Contains("got CUBLAS_STATUS_ARCH_MISMATCH (8)", result.Failure);
        else
            Assert.Equal((null, 96), (result.Failure, result.Shapes.Count));
    }

    private static void Check(Trial trial, ProductKind kind)
    {
        var product = new DeviceProduct(kind);
        Compare.AssertRelativeL2($"{kind}", product.Run(trial.Device), product.Truth(), 1e-6);
    }

    /// <summary>Products by a library of which a call may fail, or a kind of product err.</summary>
    private sealed class Trial : IDisposable
    {
        /// <param name="isProven">Opened as a backend opens it; else taken at its word.</param>
        public Trial(
            Func<cudaDataType_t, float, bool>? isWrong = null, int failAt = -1, cublasStatus_t status = Success,
            bool isProven = true, GemmTuning? tuning = null, int offers = 1)
        {
            ExecutingCublasLt? library = null;
            FailingCublasLt? failing = null;
            Device = new GemmDevice(make: (stream, kernels) =>
            {
                library = new ExecutingCublasLt(stream.Context.Driver)
                {
                    IsWrong = isWrong ?? ((_, _) => false),
                    Offers = offers,
                };
                failing = new FailingCublasLt(library, failAt, status);
                return isProven
                    ? Products.Open(stream, kernels, failing, Notes.Add)
                    : new CublasLtGemm(stream, kernels, failing, Notes.Add, tuning);
            });
            (Library, Failing) = (library!, failing!);
        }

        public GemmDevice Device { get; }

        public ExecutingCublasLt Library { get; }

        public FailingCublasLt Failing { get; }

        public List<string> Notes { get; } = [];

        public void Dispose()
        {
            Device.Dispose();
            Assert.Equal(0, Library.Alive);
        }
    }
}
