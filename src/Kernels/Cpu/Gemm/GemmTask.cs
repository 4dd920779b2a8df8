using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Threading;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// One product on all workers. Two ways through it, with the same sums: where a block of k of the whole of B stays in
/// cache (<see cref="Narrow"/>), workers share it and divide the rows of C; otherwise (<see cref="Wide"/>) they share A
/// and divide the columns.
/// </summary>
internal sealed unsafe class GemmTask<P>
    where P : struct, IPanelProduct
{
    /// <summary>Floats of B, one block of k, that a narrow product may have: 1.6 MB, two of them held.</summary>
    private const int NarrowFloats = 400 * 1024;

    /// <summary>
    /// Floats of B that a worker of a wide product packs at a time: 512 KB, half of a common second-level cache.
    /// </summary>
    private const int WideFloats = 128 * 1024;

    /// <summary>Fewest blocks of columns for each worker, so that none waits long for the last.</summary>
    private const int BlocksPerWorker = 4;

    private readonly GemmArguments _g;
    private readonly WorkerPool _pool;
    private readonly KBlocks _blocks;
    private readonly RowPanels _panels;
    private readonly int _columnPanels;
    private readonly nint _panelOfA;
    private readonly nint _panelOfB;
    private readonly int[] _tickets;
    private float* _a;
    private float* _b;
    private int _columnBlocks;

    private GemmTask(WorkerPool pool, in GemmArguments arguments)
    {
        _g = arguments;
        _pool = pool;
        _blocks = new KBlocks(_g.K);
        _panels = P.Panels(_g.M);
        _columnPanels = (_g.N + P.Columns - 1) / P.Columns;
        _panelOfA = P.PanelOfA(_blocks.Largest);
        _panelOfB = P.PanelOfB(_blocks.Largest);
        _tickets = new int[2 * _blocks.Count];
    }

    public static void Run(WorkerPool pool, Scratch scratch, in GemmArguments arguments)
    {
        var task = new GemmTask<P>(pool, arguments);
        if (task._columnPanels * task._panelOfB <= NarrowFloats && task._panels.Count >= BlocksPerWorker * pool.Workers)
            task.RunNarrow(scratch);
        else
            task.RunWide(scratch);
    }

    private void RunNarrow(Scratch scratch)
    {
        _a = scratch.Get("gemm.a", _pool.Workers * _panelOfA);
        _b = scratch.Get("gemm.b", Math.Min(2, _blocks.Count) * _columnPanels * _panelOfB);
        _pool.OnAll(worker => Ready(worker, Narrow));
    }

    private void RunWide(Scratch scratch)
    {
        _columnBlocks = (int)Math.Max(1, (_columnPanels * _panelOfB + WideFloats - 1) / WideFloats);
        _columnBlocks = Math.Min(_columnPanels, Math.Max(_columnBlocks, BlocksPerWorker * _pool.Workers));
        int largest = (_columnPanels + _columnBlocks - 1) / _columnBlocks;
        _a = scratch.Get("gemm.a", _blocks.Count * _panels.Count * _panelOfA);
        _b = scratch.Get("gemm.b", _pool.Workers * largest * _panelOfB);
        _pool.OnAll(worker => Ready(worker, Wide));
    }

    private static void Ready(int worker, Action<int> body)
    {
        P.Begin();
        body(worker);
        P.End();
    }

    /// <summary>
    /// B is double-buffered, so one barrier a block of k is enough: a worker that packs block n + 2 over block n has
    /// passed the barrier of n + 1, which every worker reaches only after its last use of n. Each panel of A is packed
    /// just before its use.
    /// </summary>
    private void Narrow(int worker)
    {
        float* a = _a + (worker * _panelOfA);
        for (int block = 0; block < _blocks.Count; block++)
        {
            float* b = _b + ((block & 1) * _columnPanels * _panelOfB);
            int start = _blocks.Start(block), depth = _blocks.Depth(block);
            while (Ticket(2 * block, _columnPanels) is int j and >= 0)
                P.PackB(_g, j * P.Columns, start, depth, b + (j * _panelOfB));
            _pool.Barrier();
            while (Ticket((2 * block) + 1, _panels.Count) is int p and >= 0)
            {
                P.PackA(_g, _panels.Start(p), _panels.Rows(p), start, depth, a);
                SweepNarrow(p, start, depth, a, b, _g.Accumulate || block > 0);
            }
        }
    }

    private void SweepNarrow(int panel, int start, int depth, float* a, float* b, bool accumulate)
    {
        int first = _panels.Start(panel), rows = _panels.Rows(panel);
        int ahead = first + (_pool.Workers * rows);
        for (int j = 0; j < _columnPanels; j++)
        {
            // The panel that this worker will take next, a row of it for every tile; its packing then finds it in
            // cache.
            bool fetch = !_g.ATransposed && j < rows && ahead + j < _g.M;
            float* next = fetch ? _g.A + ((ahead + j) * _g.StrideA) + start : a;
            P.Tile(_g, first, rows, j, depth, a, b + (j * _panelOfB), accumulate, next, fetch ? 1 : 0);
        }
    }

    /// <summary>
    /// All of A is packed together; then blocks of columns go to the workers, each of which packs its own B.
    /// </summary>
    private void Wide(int worker)
    {
        while (Ticket(0, _panels.Count * _blocks.Count) is int task and >= 0)
        {
            int p = task / _blocks.Count, block = task % _blocks.Count;
            P.PackA(
                _g, _panels.Start(p), _panels.Rows(p), _blocks.Start(block), _blocks.Depth(block), PackedA(p, block));
        }

        _pool.Barrier();
        int largest = (_columnPanels + _columnBlocks - 1) / _columnBlocks;
        float* b = _b + (worker * largest * _panelOfB);
        while (Ticket(1, _columnBlocks) is int columns and >= 0)
        {
            int from = (int)((long)_columnPanels * columns / _columnBlocks);
            int to = (int)((long)_columnPanels * (columns + 1) / _columnBlocks);
            for (int block = 0; block < _blocks.Count; block++)
                SweepWide(from, to, block, b);
        }
    }

    private void SweepWide(int from, int to, int block, float* b)
    {
        int start = _blocks.Start(block), depth = _blocks.Depth(block);
        for (int j = from; j < to; j++)
            P.PackB(_g, j * P.Columns, start, depth, b + ((j - from) * _panelOfB));
        for (int p = 0; p < _panels.Count; p++)
        {
            float* a = PackedA(p, block);
            for (int j = from; j < to; j++)
            {
                // The first tile brings in the next panel of A: the steps of k of this one cover it.
                float* next = j == from ? a + _panelOfA : a;
                P.Tile(
                    _g, _panels.Start(p), _panels.Rows(p), j, depth, a, b + ((j - from) * _panelOfB),
                    _g.Accumulate || block > 0, next, j == from ? P.MaxRows : 0);
            }
        }
    }

    private float* PackedA(int panel, int block) => _a + (((nint)block * _panels.Count) + panel) * _panelOfA;

    /// <summary>The next task of a counter, or -1 when all <paramref name="tasks"/> are taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Ticket(int counter, int tasks)
    {
        int task = Interlocked.Increment(ref _tickets[counter]) - 1;
        return task < tasks ? task : -1;
    }
}
