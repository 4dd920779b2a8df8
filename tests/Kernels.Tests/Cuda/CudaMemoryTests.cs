using System.Runtime.InteropServices;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Cuda.Memory;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Kernels.Tests.Cuda;

/// <summary>Memory of the CUDA backend, on the virtual GPU, whose streams run as late as they may.</summary>
public sealed class CudaMemoryTests : IDisposable
{
    private readonly VirtualCudaDriver _driver = new(DeviceProfile.Sm80, process: new VirtualProcess());
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly StagedCopies _copies;

    public CudaMemoryTests()
    {
        _context = CudaContext.Create(_driver, 0);
        _stream = new CudaStream(_context);
        _copies = new StagedCopies(_context, _stream, pieceBytes: 100);
    }

    public void Dispose()
    {
        _copies.Dispose();
        _stream.Dispose();
        _context.Dispose();
        _driver.Dispose();
    }

    /// <summary>
    /// What could not be made whole leaves arenas behind: they end with their backend, not with the collector.
    /// </summary>
    [Fact]
    public void A_backend_disposes_of_arenas_that_are_left()
    {
        var driver = new VirtualCudaDriver(DeviceProfile.Sm80, process: new VirtualProcess());
        using (Kernels.Ops.Ops ops = CudaBackend.Create(driver, 0, KernelImages.Carried, DType.F32))
        {
            ops.CreateArena("left behind").Allocate("tensor", DType.F32, 1000);
            ops.CreateArena("left behind", isOffloaded: true).Allocate("tensor", DType.F32, 1000);
            Assert.NotEqual(0, driver.LiveAllocations);
        }

        Assert.Equal(0, driver.LiveAllocations);
    }

    [Fact]
    public void Staged_copies_of_any_length_go_there_and_back()
    {
        foreach (int length in (int[])[0, 1, 99, 100, 101, 200, 201, 1003])
        {
            var sent = new byte[length];
            new Random(length).NextBytes(sent);
            using var memory = new DeviceMemory(_context, "memory", (nuint)length + 1);
            byte[] copy = [.. sent];
            _copies.Upload(copy, memory.Address);
            copy.AsSpan().Clear();
            var got = new byte[length];
            _copies.Download(memory.Address, got);
            Assert.Equal(sent, got);
        }
    }

    /// <summary>Streams here run as late as they may: a piece that is filled again too early would show.</summary>
    [Fact]
    public void Many_small_uploads_wait_for_nothing_but_a_full_piece()
    {
        using var memory = new DeviceMemory(_context, "memory", 1000);
        var sent = new byte[1000];
        new Random(1).NextBytes(sent);
        using var before = new CudaEvent(_context);
        before.Record(_stream);
        for (int i = 0; i < sent.Length; i += 8)
        {
            _copies.Upload(sent.AsSpan(i, 8), memory.Address + (ulong)i);
            if (i == 184)
                Assert.False(before.IsDone);
        }

        var got = new byte[sent.Length];
        _copies.Download(memory.Address, got);
        Assert.Equal(sent, got);
    }

    [Fact]
    public void Scratch_grows_and_is_kept()
    {
        using var scratch = new DeviceScratch(_context, _stream, new DeviceHolders());
        DeviceMemory first = scratch.Get("a", DType.F32, 10);
        Assert.Same(first, scratch.Get("a", DType.BF16, 20));
        DeviceMemory larger = scratch.Get("a", DType.F32, 11);
        Assert.NotSame(first, larger);
        Assert.NotSame(larger, scratch.Get("b", DType.F32, 1));
        Assert.Equal(48, scratch.Bytes);
    }

    /// <summary>Work that is queued on a buffer has run before a larger one takes its place.</summary>
    [Fact]
    public void Scratch_grows_while_work_is_queued_on_it()
    {
        using var scratch = new DeviceScratch(_context, _stream, new DeviceHolders());
        using var kept = new DeviceMemory(_context, "kept", 40);
        DeviceMemory small = scratch.Get("a", DType.F32, 10);
        _copies.Upload(Enumerable.Repeat((byte)7, 40).ToArray(), small.Address);
        kept.CopyFrom(small, _stream);
        Assert.NotSame(small, scratch.Get("a", DType.F32, 1000));
        var got = new byte[40];
        _copies.Download(kept.Address, got);
        Assert.All(got, b => Assert.Equal(7, b));
    }

    /// <summary>Layouts of as many tokens, rows and documents, which differ in where these begin.</summary>
    [Fact]
    public void Tables_of_equal_shape_are_their_own_layouts_s()
    {
        using var tables = new LayoutTables(_context, _stream, _copies);
        Tensor none = new("none", DType.I32, new Shape(0), 0, null);
        int[][] starts = [[0, 2, 8], [0, 5, 8], [0, 7, 8]];
        SequenceLayout[] layouts = [.. starts.Select(s => new SequenceLayout([0, 8], s, none, none))];
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < layouts.Length; i++)
            {
                (ulong address, int count) = tables.For(layouts[i], "documents", l => l.DocumentStarts);
                var got = new int[count];
                _copies.Download(address, MemoryMarshal.AsBytes(got.AsSpan()));
                Assert.Equal(starts[i], got);
            }
        }
    }

    /// <summary>
    /// Tables of layouts that left give their memory to later ones, whose copies run in the stream's order.
    /// </summary>
    [Fact]
    public void Tables_are_made_once_for_a_layout_and_their_memory_goes_round()
    {
        using var tables = new LayoutTables(_context, _stream, _copies);
        int made = 0;
        SequenceLayout[] layouts = [.. Enumerable.Range(1, 9).Select(Layout)];
        foreach (SequenceLayout layout in layouts)
        {
            (ulong address, int count) = tables.For(layout, "starts", Make);
            Assert.Equal(address, tables.For(layout, "starts", Make).Address);
            var got = new int[count];
            _copies.Download(address, MemoryMarshal.AsBytes(got.AsSpan()));
            Assert.Equal(layout.RowStarts, got);
        }

        Assert.Equal(layouts.Length, made);
        long bytes = tables.Bytes;
        tables.For(layouts[^1], "starts", Make);
        tables.For(layouts[^4], "starts", Make);
        Assert.Equal(layouts.Length, made);
        tables.For(layouts[0], "starts", Make);
        Assert.Equal((layouts.Length + 1, bytes), (made, tables.Bytes));

        int[] Make(SequenceLayout layout)
        {
            made++;
            return layout.RowStarts;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_arena_of_a_device_starts_as_zeros_and_is_no_span(bool isOffloaded)
    {
        long held = _driver.HeldBytes;
        using var arena = new DeviceArena("test", _context, _stream, new DeviceHolders(), isOffloaded);
        Tensor tensor = arena.Allocate("x", DType.F32, 3, 5);
        var got = new byte[60];
        got.AsSpan().Fill(1);
        _copies.Download((ulong)tensor.Address, got);
        Assert.All(got, b => Assert.Equal(0, b));
        _copies.Upload(Enumerable.Repeat((byte)7, 60).ToArray(), (ulong)tensor.Address);
        _copies.Download((ulong)tensor.Address, got);
        Assert.All(got, b => Assert.Equal(7, b));
        Assert.Equal((isOffloaded, isOffloaded ? 0 : 2 << 20), (tensor.IsOffloaded, _driver.HeldBytes - held));
        string refusal = Assert.Throws<InvalidOperationException>(() => tensor.Span<float>()).Message;
        Assert.Contains("expected host memory", refusal);
        Assert.Contains("expected host memory",
            Assert.Throws<InvalidOperationException>(() => tensor.Slice(1, 1).Span<float>()).Message);
    }

    [Fact]
    public void Where_there_is_no_more_the_table_shows_who_holds_it()
    {
        using var driver = new VirtualCudaDriver(DeviceProfile.Sm80 with { MemoryBytes = 16 << 20 });
        using var context = CudaContext.Create(driver, 0);
        using var stream = new CudaStream(context);
        const long Page = DevicePages.Bytes;
        var holders = new DeviceHolders();
        using DeviceArena weights = new("weights", context, stream, holders), states = new(
            "states", context, stream, holders);
        using var scratch = new DeviceScratch(context, stream, holders);
        using (var gone = new DeviceArena("gone", context, stream, holders))
            gone.Allocate("x", DType.F32, 1000);
        weights.Allocate("w", DType.F32, 1000);
        states.Allocate("m", DType.F32, 500);
        scratch.Get("sums", DType.F32, 600);
        Assert.Equal(
            [("arena weights", Page), ("arena states", Page), ("workspace", Page)], holders.Most.Parts);
        Assert.Equal((3 * Page, 3 * Page), (holders.Most.Bytes, holders.Now.Bytes));
        Check(
            () => states.Allocate("v", DType.F32, 5, 600_000), "arena states: no memory for v F32 [5, 600000]",
            12_000_000,
            ["arena weights", "workspace", "m F32 [500]"]);
        Check(
            () => scratch.Get("more", DType.F32, 3_000_000), "workspace: no memory for \"more\"", 12_000_000,
            ["arena weights", "arena states", "sums"]);
        weights.Dispose();
        Assert.Equal((3 * Page, 2 * Page), (holders.Most.Bytes, holders.Now.Bytes));

        static void Check(Action allocate, string says, long wanted, string[] table)
        {
            OutOfDeviceMemoryException e = Assert.Throws<OutOfDeviceMemoryException>(allocate);
            Assert.StartsWith(says, e.Message);
            Assert.Equal(wanted, e.WantedBytes);
            Assert.Equal(table, e.Message.Split('\n')[1..].Select(l => l[18..]));
            string better = e.WithAdvice("Buy another.").Message;
            Assert.Contains(" held. Buy another.\n", better);
            Assert.EndsWith(e.Message[e.Message.IndexOf('\n')..], better);
        }
    }

    private static SequenceLayout Layout(int rows)
    {
        var none = new Tensor("none", DType.I32, new Shape(0), 0, null);
        return new SequenceLayout([.. Enumerable.Range(0, rows + 1)], [.. Enumerable.Range(0, rows + 1)], none, none);
    }
}
